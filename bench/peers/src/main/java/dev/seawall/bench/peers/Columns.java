// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.List;

/// Which metrics a workload's table shows.
final class Columns {
  /// One column.
  ///
  /// @param title its heading
  /// @param metric what it shows
  /// @param scale by how much the metric is multiplied
  record Column(String title, String metric, double scale) {
    Column(String title, String metric) {
      this(title, metric, 1);
    }
  }

  private static final Column OPS = new Column("ops/s", "opsPerSecond");
  private static final Column P50 = new Column("p50 µs", "p50Micros");
  private static final Column P99 = new Column("p99 µs", "p99Micros");
  private static final Column P999 = new Column("p99.9 µs", "p999Micros");
  private static final Column FAIR = new Column("slowest/fastest", "slowestToFastest");
  private static final Column CPU = new Column("CPU µs/rec", "cpuNanosPerRecord", 1e-3);
  private static final Column BYTES = new Column("B/rec", "allocatedBytesPerRecord");
  private static final Column FLUSHES = new Column("flushes/rec", "flushesPerRecord");
  private static final Column FOREIGN = new Column("foreign CPU", "foreignCpuCores");
  private static final Column ROLLS = new Column("rolls", "rolls");
  private static final Column RECYCLED = new Column("recycled", "recycledSegments");
  private static final Column WAITS = new Column("preparation waits", "preparationWaits");
  private static final Column CACHED = new Column("still cached %", "stillCachedPercent");

  private Columns() {}

  static List<Column> of(Cell cell) {
    return switch (cell.workload()) {
      case "W1" ->
          List.of(
              new Column("mean ns", "meanNanos"),
              new Column("p50 ns", "p50Nanos"),
              new Column("p99 ns", "p99Nanos"),
              new Column("p99.9 ns", "p999Nanos"),
              new Column("B/op caller", "callerBytesPerRecord"),
              new Column("B/op all threads", "allocatedBytesPerRecord"),
              new Column("CPU ns/op", "cpuNanosPerRecord"),
              ROLLS,
              RECYCLED,
              WAITS,
              FOREIGN);
      case "W4" ->
          List.of(
              new Column("MB/s", "megabytesPerSecond"),
              new Column("batch p50 µs", "p50Micros"),
              new Column("batch p99 µs", "p99Micros"),
              FAIR,
              CPU,
              BYTES,
              FLUSHES,
              ROLLS,
              RECYCLED,
              WAITS,
              FOREIGN);
      case "W5" ->
          List.of(
              new Column("warm cache, warm JIT GB/s", "warmGigabytesPerSecond"),
              new Column("first: warm cache, cold JIT GB/s", "firstGigabytesPerSecond"),
              new Column("cold cache, warm JIT GB/s", "coldGigabytesPerSecond"),
              CACHED,
              new Column("load MB/s", "loadMegabytesPerSecond"),
              new Column("disk MB", "diskMegabytes"));
      case "OPEN" ->
          List.of(
              new Column("warm ms", "openMillis"),
              new Column("first in the JVM ms", "firstOpenMillis"),
              new Column("cold cache ms", "coldOpenMillis"),
              CACHED,
              new Column("disk GB", "diskGigabytes"));
      case "STEADY" -> steady();
      case "FAIR" ->
          List.of(
              OPS,
              P50,
              P99,
              P999,
              FAIR,
              new Column("lock wait %", "lockWaitPercent"),
              CPU,
              FOREIGN);
      case "W3", "W3V" -> List.of(OPS, P50, P99, P999, FAIR, CPU, BYTES, FLUSHES, FOREIGN);
      default -> List.of(OPS, P50, P99, P999, CPU, BYTES, FLUSHES, FOREIGN);
    };
  }

  private static List<Column> steady() {
    return List.of(
        OPS,
        new Column("last fifth / first fifth", "lastToFirst"),
        new Column("live heap grew MB", "liveHeapGrowthMegabytes"),
        new Column("process grew MB", "processGrowthMegabytes"),
        P50,
        P99,
        new Column("p99 µs, seconds with rolls", "p99WithRollsMicros"),
        new Column("… without", "p99WithoutRollsMicros"),
        new Column("worst second's p99 µs", "worstSecondP99Micros"),
        new Column("seconds above 2 × p99, %", "slowSecondsPercent"),
        new Column("max µs", "maxMicros"),
        ROLLS,
        RECYCLED,
        WAITS);
  }
}
