// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.jr.ob.JSON;

/// What the machine does without a JVM, by fio, in the same run. The job files are
/// `bench/fio/*.fio`.
final class Fio {
  private final Path jobs;
  private final Path directory;
  private final Options options;

  /// @param home the bench folder
  /// @param directory where the job's files are; they stay for the whole run
  Fio(Path home, Path directory, Options options) {
    this.jobs = home.resolve("fio");
    this.directory = directory;
    this.options = options;
  }

  /// Returns fio's version, or null when it is not installed.
  static @Nullable String version() throws InterruptedException {
    String version = Machine.command("fio", "--version");
    return version.startsWith("fio") ? version : null;
  }

  /// Returns the job names that are a floor for a cell.
  static List<String> jobsFor(Cell cell) {
    return switch (cell.workload()) {
      case "W1" -> List.of("buffered-nosync");
      case "W2" -> List.of("overwrite-fdatasync", "append-fdatasync", "direct-dsync");
      case "W3", "W3V", "W3A" -> List.of("overwrite-fdatasync", "direct-dsync");
      case "W4" ->
          cell.threads() == 1
              ? List.of("overwrite-fdatasync", "direct-dsync")
              : List.of("direct-dsync-4");
      case "W5" -> List.of("read-direct", "read-direct-4", "read-cold");
      default -> List.of();
    };
  }

  /// Returns what a row's figures mean beyond the job file.
  static String row(String job, Cell cell) {
    return "fio "
        + job
        + (recordsPerSync(cell) > 1 ? " × " + recordsPerSync(cell) + " records per sync" : "");
  }

  private static int recordsPerSync(Cell cell) {
    return cell.workload().equals("W4") ? cell.batchRecords() : cell.threads();
  }

  /// Runs one job. For several threads a sync writes one record of each, and each counts: group
  /// commit that never waits for anybody.
  Map<String, Double> run(String job, Cell cell) throws IOException, InterruptedException {
    int bytes = cell.payloadBytes() * recordsPerSync(cell);
    ProcessBuilder builder =
        new ProcessBuilder("fio", "--output-format=json", jobs.resolve(job + ".fio").toString());
    Map<String, String> environment = builder.environment();
    environment.put("BENCH_FILE", directory.resolve(job + ".data").toString());
    environment.put("BENCH_BYTES", String.valueOf(bytes));
    environment.put("BENCH_BLOCK", String.valueOf(Math.max(4096, bytes)));
    environment.put(
        "BENCH_SIZE",
        String.valueOf(bytes * (bytes > 128 ? options.records * 3 / 10 : options.records)));
    environment.put("BENCH_RAMP", (long) (options.seconds * 500) + "ms");
    environment.put("BENCH_RUNTIME", (long) (options.seconds * 1000) + "ms");
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("fio " + job + " failed:\n" + output);
    }
    // Messages may stand in front of the JSON.
    return metrics(output.substring(Math.max(0, output.indexOf('{'))), cell);
  }

  private static Map<String, Double> metrics(String json, Cell cell) throws IOException {
    Map<String, Object> all = JSON.std.mapFrom(json);
    if (!(all.get("jobs") instanceof List<?> list) || list.isEmpty()) {
      throw new IOException("fio reported no job: " + json);
    }
    Object job = list.getFirst();
    Map<String, Double> metrics = new LinkedHashMap<>();
    if (cell.workload().equals("W5")) {
      metrics.put("coldGigabytesPerSecond", number(job, "read", "bw_bytes") / 1e9);
      return metrics;
    }
    double operations = number(job, "write", "iops");
    if (cell.durable()) {
      double records = operations * recordsPerSync(cell);
      metrics.put("opsPerSecond", records);
      metrics.put("megabytesPerSecond", records * cell.payloadBytes() / 1e6);
      String timed = at(job, "sync", "lat_ns", "percentile") == null ? "write" : "sync";
      String clock = timed.equals("sync") ? "lat_ns" : "clat_ns";
      metrics.put("p50Micros", number(job, timed, clock, "percentile", "50.000000") / 1e3);
      metrics.put("p99Micros", number(job, timed, clock, "percentile", "99.000000") / 1e3);
      metrics.put("p999Micros", number(job, timed, clock, "percentile", "99.900000") / 1e3);
    } else {
      metrics.put("meanNanos", 1e9 / operations);
      metrics.put("p50Nanos", number(job, "write", "clat_ns", "percentile", "50.000000"));
      metrics.put("p99Nanos", number(job, "write", "clat_ns", "percentile", "99.000000"));
      metrics.put("p999Nanos", number(job, "write", "clat_ns", "percentile", "99.900000"));
    }
    return metrics;
  }

  private static double number(Object root, String... path) throws IOException {
    if (at(root, path) instanceof Number number) {
      return number.doubleValue();
    }
    List<String> names = new ArrayList<>(List.of(path));
    throw new IOException("fio's output has no number at " + names);
  }

  private static @Nullable Object at(Object root, String... path) {
    Object found = root;
    for (String name : path) {
      found = found instanceof Map<?, ?> map ? map.get(name) : null;
      if (found == null) {
        return null;
      }
    }
    return found;
  }
}
