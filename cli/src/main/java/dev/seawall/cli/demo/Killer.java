// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.demo;

import dev.seawall.cli.CommandFailure;
import dev.seawall.cli.ExitCode;
import dev.seawall.cli.ops.ChildJvm;
import dev.seawall.cli.ops.LocalFiles;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Runs writers and kills them, noting what they acknowledged. Confined to one thread.
public final class Killer implements AutoCloseable {
  private final String classPath;
  private final Path logDirectory;
  private final Path copy;
  private final Path errors;
  private final RandomGenerator random;
  private final Acknowledged acknowledged;
  // How long the last writer took until it could append.
  private long startMillis = 300;
  private int kills;
  private int earlyKills;
  private int recoveries;
  private int tornRecoveries;
  private long tornBytes;
  private long droppedFrames;
  private long recoveryNanosMax;
  private volatile @Nullable Process running;

  /// @param classPath of the writers
  /// @param errors file that collects what the writers say on standard error
  public Killer(
      String classPath,
      Path logDirectory,
      Path copy,
      Path errors,
      RandomGenerator random,
      Acknowledged acknowledged) {
    this.classPath = classPath;
    this.logDirectory = logDirectory;
    this.copy = copy;
    this.errors = errors;
    this.random = random;
    this.acknowledged = acknowledged;
  }

  /// Starts a writer and kills it at a random moment: a quarter of them while the process starts or
  /// recovers, the others while they append.
  ///
  /// @param maxMillis how long it may append
  public void killOne(long maxMillis) throws IOException, InterruptedException {
    boolean early = random.nextInt(4) == 0;
    long started = System.nanoTime();
    Life life = start("endless");
    if (early) {
      life.sleep(random.nextLong(startMillis / 4, startMillis + 1));
    } else {
      life.ready.await();
      startMillis = Math.max(20, (System.nanoTime() - started) / 1_000_000);
      life.sleep(random.nextLong(5, maxMillis));
    }
    // SIGKILL: nothing in the writer runs any more.
    life.process.destroyForcibly();
    life.end();
    if (life.endedByItself) {
      throw failed(life, "the writer ended by itself");
    }
    kills++;
    if (life.killedBeforeReady) {
      earlyKills++;
    }
  }

  /// Lets a writer recover, append until every thread was once through all its chunks, and close.
  public void finish(BooleanSupplier stillWanted) throws IOException, InterruptedException {
    Life life = start("through");
    while (!life.process.waitFor(100, TimeUnit.MILLISECONDS)) {
      if (!stillWanted.getAsBoolean()) {
        throw new InterruptedException();
      }
    }
    life.end();
    if (life.process.exitValue() != 0 || !life.done) {
      throw failed(life, "the last writer did not finish");
    }
  }

  private Life start(String mode) throws IOException {
    Process process =
        ChildJvm.start(
            classPath,
            Writer.class,
            List.of(
                logDirectory.toString(),
                copy.toString(),
                Long.toString(acknowledged.scanFrom()),
                acknowledged.nextSequences(),
                mode),
            errors);
    running = process;
    return new Life(process);
  }

  private CommandFailure failed(Life life, String what) throws IOException {
    String said =
        LocalFiles.size(errors) == 0
            ? ""
            : new String(LocalFiles.read(errors), StandardCharsets.UTF_8);
    return new CommandFailure(
        ExitCode.GENERAL,
        "demo: "
            + what
            + " with status "
            + life.process.exitValue()
            + " after "
            + kills
            + " kills; "
            + logDirectory
            + " is kept. It said: "
            + said.strip());
  }

  /// Kills the writer that runs, if any: nobody may outlive the demo.
  @Override
  public void close() {
    Process process = running;
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /// Returns how many writers were killed.
  public int kills() {
    return kills;
  }

  /// Returns how many of them before they could append.
  public int earlyKills() {
    return earlyKills;
  }

  /// Returns how many writers recovered the log of a killed one.
  public int recoveries() {
    return recoveries;
  }

  /// Returns how many of them found a torn end.
  public int tornRecoveries() {
    return tornRecoveries;
  }

  /// Returns the bytes that they cut.
  public long tornBytes() {
    return tornBytes;
  }

  /// Returns the whole frames among them, none of which was acknowledged.
  public long droppedFrames() {
    return droppedFrames;
  }

  /// Returns the longest recovery.
  public long recoveryNanosMax() {
    return recoveryNanosMax;
  }

  /// One process, from start to death, and the thread that listens to it.
  private final class Life {
    final Process process;
    final CountDownLatch ready = new CountDownLatch(1);
    private final Thread listener;
    private volatile boolean opened;
    volatile boolean done;
    boolean endedByItself;
    boolean killedBeforeReady;

    Life(Process process) {
      this.process = process;
      this.listener = new Thread(this::listen, "seawall-demo-listener");
      listener.setDaemon(true);
      listener.start();
    }

    void sleep(long millis) throws InterruptedException {
      endedByItself = process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    void end() throws InterruptedException {
      process.waitFor();
      listener.join();
      killedBeforeReady = !opened;
    }

    private void listen() {
      try (InputStream in = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
          if (c == '\n') {
            heard(line.toString(StandardCharsets.US_ASCII).split(" ", -1));
            line.reset();
          } else {
            line.write(c);
          }
        }
      } catch (IOException _) {
        // The pipe of a killed process may break instead of ending; a broken line says nothing.
      } finally {
        ready.countDown();
      }
    }

    private void heard(String[] words) {
      switch (words[0]) {
        case "a" ->
            acknowledged.add(
                Long.parseLong(words[1]), Integer.parseInt(words[2]), Long.parseLong(words[3]));
        case "ready" -> {
          opened = true;
          if (!words[1].equals("NEW")) {
            recoveries++;
          }
          if (words[1].equals("TORN")) {
            tornRecoveries++;
          }
          tornBytes += Long.parseLong(words[3]);
          droppedFrames += Long.parseLong(words[4]);
          recoveryNanosMax = Math.max(recoveryNanosMax, Long.parseLong(words[5]));
          ready.countDown();
        }
        case "done" -> done = true;
        default -> throw new IllegalStateException("a writer said " + String.join(" ", words));
      }
    }
  }
}
