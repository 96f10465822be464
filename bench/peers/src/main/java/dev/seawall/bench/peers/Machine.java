// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Where a measurement was made (I-17): what the figures are worth nothing without.
final class Machine {
  private final Path directory;

  /// @param directory where the logs are written
  Machine(Path directory) {
    this.directory = directory;
  }

  /// Returns the block device under the directory, as /sys/class/block names it, or nothing where
  /// that is not known.
  String disk() throws IOException {
    if (!Files.isDirectory(Path.of("/sys/dev/block"))) {
      return "";
    }
    long device = ((Number) Files.getAttribute(directory, "unix:dev")).longValue();
    long major = (device >> 8 & 0xfff) | (device >> 32 & 0xfffff000L);
    long minor = (device & 0xff) | (device >> 12 & 0xffffff00L);
    Path link = Path.of("/sys/dev/block", major + ":" + minor);
    if (!Files.exists(link)) {
      return "";
    }
    Path real = link.toRealPath();
    // Flushes are counted for whole disks only; a partition's folder lies in its disk's.
    int names = real.getNameCount();
    return real.getName(Files.exists(real.resolve("partition")) ? names - 2 : names - 1).toString();
  }

  /// Returns whether a disk keeps writes in a cache that a flush empties.
  static boolean hasWriteBackCache(String disk) {
    return !disk.isEmpty()
        && text(Path.of("/sys/class/block", disk, "queue/write_cache")).equals("write back");
  }

  /// Returns everything worth stating, in the order of the report.
  Map<String, String> describe() throws IOException, InterruptedException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("commit", command("git", "describe", "--always", "--dirty", "--abbrev=12"));
    facts.put("cpu", line("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch")));
    facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
    facts.put("memory", line("/proc/meminfo", "MemTotal").orElse("unknown"));
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("directory", directory.toString());
    facts.put("file system", mount());
    String disk = disk();
    if (!disk.isEmpty()) {
      Path queue = Path.of("/sys/class/block", disk, "queue");
      facts.put(
          "disk",
          disk
              + ", scheduler "
              + text(queue.resolve("scheduler"))
              + ", write cache "
              + text(queue.resolve("write_cache"))
              + ", FUA "
              + text(queue.resolve("fua")));
    }
    facts.put(
        "JVM",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    facts.put("load average at the start", text(Path.of("/proc/loadavg")));
    return facts;
  }

  private String mount() throws IOException {
    Path mounts = Path.of("/proc/self/mounts");
    if (!Files.exists(mounts)) {
      return Files.getFileStore(directory).type();
    }
    String best = "";
    String found = "unknown";
    Path real = directory.toRealPath();
    for (String line : Files.readAllLines(mounts)) {
      String[] fields = line.split(" ", -1);
      if (real.startsWith(fields[1]) && fields[1].length() >= best.length()) {
        best = fields[1];
        found =
            fields[2] + " on " + fields[0] + ", mounted at " + fields[1] + " (" + fields[3] + ")";
      }
    }
    return found;
  }

  private static Optional<String> line(String file, String key) throws IOException {
    Path path = Path.of(file);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try (var lines = Files.lines(path)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).trim();
    } catch (IOException _) {
      return "unknown";
    }
  }

  /// Returns the first line a command prints, or "unknown".
  static String command(String... words) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0
          ? output.lines().findFirst().orElse("unknown")
          : "unknown";
    } catch (IOException _) {
      return "unknown";
    }
  }
}
