// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.bench.Advice;
import dev.seawall.cli.bench.DiskPace;
import dev.seawall.cli.bench.LogPace;
import dev.seawall.cli.bench.LogPace.Load;
import dev.seawall.cli.bench.Measurement;
import dev.seawall.cli.ops.LocalFiles;
import dev.seawall.io.Backend;
import dev.seawall.io.DiskFullException;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `seawall bench`.
@Command(
    name = "bench",
    description = {
      "Measure this disk, and a log on it by every way of writing that works here; then say which"
          + " options fit. Everything measured is durable: each write, record or batch counts when a"
          + " sync that covers it has returned.",
      "Takes about half a minute and half a gigabyte of disk, and leaves nothing behind. Figures count"
          + " only on an otherwise idle machine."
    },
    footer = {
      "",
      "Examples:",
      "  seawall bench                          the disk of the current directory",
      "  seawall bench --dir /var/lib/app       the disk where the log will be",
      "  seawall bench --json --seconds 3       longer, for a script"
    })
final class Bench implements Callable<Integer> {
  private static final int ROUNDS = 2;
  private static final int MANY = 16;
  private static final int IN_FLIGHT = 4;
  private static final int LARGE = 1 << 20;
  private static final List<Load> LOADS =
      List.of(new Load(1, 1), new Load(MANY, 1), new Load(1, 1024), new Load(MANY, 64));

  /// The usual one, then each by name.
  private static final List<Backend> BACKENDS =
      List.of(Backend.AUTO, Backend.URING, Backend.THREADS, Backend.DIRECT, Backend.CHANNEL);

  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "An existing directory on the disk to measure; files go into a new one below it, which is"
              + " removed. Default: the current one.")
  private Path directory = Path.of("");

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "0.8",
      description = "How long each of about 30 measurements takes. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  private final List<Measurement> measured = new ArrayList<>();
  private final Map<String, String> refused = new LinkedHashMap<>();
  private @Nullable String usual;

  Bench() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!(seconds > 0) || seconds > 60) {
      throw new CommandFailure(
          ExitCode.USAGE, "--seconds " + seconds + ": expected more than 0, at most 60");
    }
    Path parent = directory.toAbsolutePath().normalize();
    if (!LocalFiles.isDirectory(parent) || !LocalFiles.isWritable(parent)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--dir " + parent + ": not a directory in which files can be made; name another one");
    }
    Session session = Session.of(spec);
    Path work = LocalFiles.createUnique(parent, "seawall-bench-");
    try (var _ = session.onInterrupt(() -> remove(work))) {
      measure(session, work);
    } finally {
      LocalFiles.deleteTree(work);
    }
    print(session.output(), parent);
    return ExitCode.OK.status();
  }

  /// In turns, so that a busy moment of the machine does not hit one backend alone; of the rounds
  /// the better one counts.
  private void measure(Session session, Path work) throws IOException, InterruptedException {
    Duration time = Duration.ofNanos((long) (seconds / ROUNDS * 1e9));
    DiskPace disk = new DiskPace(work, time);
    try (OpenMachine machine = OpenMachine.open(Backend.AUTO)) {
      disk.prepare(machine.machine());
    }
    try (Progress progress =
        Progress.start(session, "bench", " steps", ROUNDS * (1L + BACKENDS.size()))) {
      long done = 0;
      for (int round = 0; round < ROUNDS; round++) {
        progress.say("a plain file");
        keep(disk.growingFile(work.resolve("plain-file-" + round)));
        progress.to(++done);
        for (Backend backend : BACKENDS) {
          progress.say("backend " + name(backend));
          if (!refused.containsKey(name(backend))) {
            measure(backend, disk, work.resolve("log"), time);
          }
          progress.to(++done);
        }
      }
    }
  }

  private void measure(Backend backend, DiskPace disk, Path directory, Duration time)
      throws IOException, InterruptedException {
    if (backend != Backend.AUTO && name(backend).equals(usual)) {
      return;
    }
    try (OpenMachine machine = OpenMachine.open(backend)) {
      disk(disk, machine);
      new LogPace(directory, time).measure(machine.machine(), LOADS).forEach(this::keep);
      if (usual == null) {
        usual = machine.machine().files().backend();
      }
    } catch (DiskFullException e) {
      throw e;
    } catch (StorageException e) {
      if (backend == Backend.AUTO) {
        throw e;
      }
      refused.put(name(backend), String.valueOf(e.getMessage()));
    } finally {
      LocalFiles.deleteTree(directory);
    }
  }

  private void keep(Measurement now) {
    for (int i = 0; i < measured.size(); i++) {
      if (measured.get(i).isLike(now)) {
        if (now.perSecond() > measured.get(i).perSecond()) {
          measured.set(i, now);
        }
        return;
      }
    }
    measured.add(now);
  }

  private static String name(Backend backend) {
    return backend.name().toLowerCase(Locale.ROOT);
  }

  private void disk(DiskPace disk, OpenMachine machine) throws StorageException {
    keep(disk.prepared(machine.machine(), StorageFile.BLOCK_BYTES, 1));
    keep(disk.prepared(machine.machine(), LARGE, 1));
    for (int bytes : new int[] {StorageFile.BLOCK_BYTES, LARGE}) {
      if (severalInFlight(machine, bytes)) {
        keep(disk.prepared(machine.machine(), bytes, IN_FLIGHT));
      }
    }
  }

  private static boolean severalInFlight(OpenMachine machine, int bytes) {
    try (var queue = machine.machine().files().newQueue()) {
      return queue.depth(bytes) > 1;
    }
  }

  private void print(Output output, Path parent) throws IOException {
    List<String> advice = Advice.of(measured, String.valueOf(usual));
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("directory", parent.toString());
    report.put("seconds", seconds);
    report.put("backend", usual);
    report.put("measurements", measured.stream().map(Measurement::fields).toList());
    report.put("refused", refused);
    report.put("advice", advice);
    output.json(report);
    output.text("The disk of " + parent + ", durable operations only:");
    output.text("");
    output.text(
        String.format(
            Locale.ROOT,
            "%-42s %-9s %8s %9s %10s %9s %9s %9s",
            "what",
            "backend",
            "parallel",
            "KiB",
            "per second",
            "MB/s",
            "p50 µs",
            "p99 µs"));
    for (Measurement one : measured) {
      output.text(line(one));
    }
    for (Map.Entry<String, String> refusal : refused.entrySet()) {
      output.text("not here: " + refusal.getKey() + ", because " + refusal.getValue());
    }
    output.text("");
    for (String sentence : advice) {
      output.text("- " + sentence);
    }
  }

  private static String line(Measurement one) {
    return String.format(
        Locale.ROOT,
        "%-42s %-9s %8d %9d %10.0f %9.1f %9.0f %9.0f",
        one.subject().words(),
        one.backend(),
        one.parallel(),
        one.bytes() / 1024,
        one.perSecond(),
        one.megabytesPerSecond(),
        one.medianMicros(),
        one.slowMicros());
  }

  private static void remove(Path work) {
    try {
      LocalFiles.deleteTree(work);
    } catch (IOException _) {
      // Somebody wrote meanwhile: the user sees the directory and removes it.
    }
  }
}
