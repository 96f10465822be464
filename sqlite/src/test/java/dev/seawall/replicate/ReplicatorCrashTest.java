// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.archive.store.DirectoryObjectStore;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.sqlite.internal.Databases;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real processes, really killed: the watcher, again and again, and the application, while somebody
/// else checkpoints in every mode and vacuums, over a store that fails. `-Dchaos.seconds=600` for
/// longer, `-Dchaos.seed=N` for another order of events.
final class ReplicatorCrashTest {
  private static final String WRITES =
      """
      INSERT INTO t(v) VALUES (randomblob(300 + abs(random()) % 9000));
      UPDATE t SET v = randomblob(500) WHERE id = abs(random()) % 100;
      DELETE FROM t WHERE id < (SELECT max(id) FROM t) - 150;
      """;
  private static final List<String> OTHERS =
      List.of(
          "PRAGMA wal_checkpoint(PASSIVE);",
          "PRAGMA wal_checkpoint(FULL);",
          "PRAGMA wal_checkpoint(RESTART);",
          "PRAGMA wal_checkpoint(TRUNCATE);",
          "VACUUM;");

  @TempDir private Path folder;
  private final List<String> said = new ArrayList<>();
  private int kills;

  private Path database() {
    return folder.resolve("app.db");
  }

  private Process watcher(long seed, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ChaosWatcher.class.getName(),
                database().toString(),
                folder.resolve("replica").toString(),
                Long.toString(seed)));
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("said").toFile()))
        .start();
  }

  private Process shell(int busyMillis) throws IOException {
    return new ProcessBuilder(
            "sqlite3",
            "-cmd",
            ".timeout " + busyMillis,
            "-cmd",
            "PRAGMA synchronous = OFF",
            database().toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void say(Process shell, String sql) {
    try {
      OutputStream in = shell.getOutputStream();
      in.write(sql.getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException _) {
      // It was killed.
    }
  }

  private void end(Process process) throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    kills++;
  }

  private void chaos(Random random, long seconds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Process watcher = watcher(random.nextLong());
    Process writer = shell(2000);
    long watcherEnds = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2500);
    while (System.nanoTime() < end) {
      say(writer, WRITES);
      if (random.nextInt(12) == 0) {
        Process other = shell(20);
        say(other, OTHERS.get(random.nextInt(OTHERS.size())));
        other.getOutputStream().close();
        other.waitFor(10, TimeUnit.SECONDS);
        other.destroyForcibly();
      }
      if (random.nextInt(60) == 0) {
        end(writer);
        writer = shell(2000);
      }
      if (System.nanoTime() > watcherEnds) {
        end(watcher);
        watcher = watcher(random.nextLong());
        watcherEnds =
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1000 + random.nextInt(3000));
      }
      Thread.sleep(random.nextInt(40));
    }
    end(watcher);
    writer.getOutputStream().close();
    writer.waitFor(20, TimeUnit.SECONDS);
    writer.destroyForcibly();
  }

  @Test
  void whatWasReportedIsRestoredAfterAnyDeath() throws Exception {
    assumeTrue(Databases.hasShell(), "skipped: no sqlite3 shell, which is the application here");
    long seed = Long.getLong("chaos.seed", System.nanoTime());
    long seconds = Long.getLong("chaos.seconds", 8);
    Files.createDirectories(folder.resolve("replica"));
    Databases.shell(
        database(), "PRAGMA journal_mode = wal; CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
    try {
      chaos(new Random(seed), seconds);
      Process last = watcher(1, "drain");
      assertThat(last.waitFor(90, TimeUnit.SECONDS)).isTrue();
      said.addAll(Files.readAllLines(folder.resolve("said")));
      assertThat(last.exitValue()).as("%s", tail()).isZero();
      assertThat(said).noneMatch(line -> line.startsWith("stopped"));
      check();
    } catch (AssertionError e) {
      throw new AssertionError("replay: -Dchaos.seed=" + seed + "; " + e.getMessage(), e);
    }
  }

  private List<String> tail() {
    return said.subList(Math.max(0, said.size() - 20), said.size());
  }

  private void check() throws Exception {
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    long reported =
        said.stream()
            .filter(line -> line.startsWith("shipped "))
            .mapToLong(line -> Long.parseLong(line.substring(8)))
            .max()
            .orElse(0);
    int restored = 0;
    try (DirectoryObjectStore store =
        DirectoryObjectStore.open(machine, folder.resolve("replica"))) {
      RestoreOptions options = RestoreOptions.defaults().withCheck(IntegrityCheck.FULL);
      Path latest = folder.resolve("latest.db");
      Restore.from(machine, store, "app.db", options).to(latest);
      byte[] expected = Databases.checkpointed(database(), folder.resolve("checked"));
      assertThat(Files.readAllBytes(latest)).isEqualTo(expected);
      for (long txid = reported; txid > 0; txid -= Math.max(1, reported / 12)) {
        Path output = folder.resolve("at-" + txid + ".db");
        Restore.from(machine, store, "app.db", options.withTarget(RestoreTarget.txid(txid)))
            .to(output);
        Files.delete(output);
        restored++;
      }
    }
    machine.scheduler().close();
    System.out.println(
        "chaos: "
            + kills
            + " kills, "
            + reported
            + " links reported, "
            + said.stream().filter(line -> line.startsWith("snapshot ")).count()
            + " snapshots, "
            + restored
            + " restore points checked, all of them sound");
    assertThat(reported).isPositive();
  }
}
