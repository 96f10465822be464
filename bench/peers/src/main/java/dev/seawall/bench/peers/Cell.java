// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One column of the comparison: a workload with one payload length and one number of threads.
///
/// @param workload W1, W2, W3, W3V, W3A, W4, W5, OPEN, FAIR or STEADY
/// @param payloadBytes length of each record
/// @param threads appending threads; for W3A records outstanding from one thread
/// @param batchRecords records appended by one call, with one sync
/// @param form what becomes of old segments
record Cell(String workload, int payloadBytes, int threads, int batchRecords, Form form) {
  /// What becomes of old segments.
  enum Form {
    /// Whatever the log does by default: the workload is too short for it to matter.
    PLAIN,
    /// Nothing is removed: every segment is new.
    GROWING,
    /// The log keeps about [#KEPT_BYTES] and was filled with more before: segments come back.
    RECYCLING;

    /// How much a recycling log keeps.
    static final long KEPT_BYTES = 512L << 20;
  }

  /// All that can be asked for, in the order of the report.
  static final List<String> WORKLOADS =
      List.of("W1", "W2", "W3", "W3V", "W3A", "W4", "W5", "OPEN", "FAIR", "STEADY");

  Cell(String workload, int payloadBytes, int threads) {
    this(workload, payloadBytes, threads, 1, Form.PLAIN);
  }

  /// Returns the cells of one workload.
  static List<Cell> of(String workload) {
    return switch (workload) {
      case "W1" -> twice(new Cell(workload, 128, 1), new Cell(workload, 1024, 1));
      case "W2" -> List.of(new Cell(workload, 128, 1), new Cell(workload, 1024, 1));
      case "W3", "W3A" -> List.of(new Cell(workload, 1024, 16), new Cell(workload, 1024, 64));
      case "W3V" -> List.of(new Cell(workload, 1024, 64));
      case "W4" ->
          twice(
              batches(workload, 1, 64),
              batches(workload, 1, 1024),
              batches(workload, 16, 64),
              batches(workload, 16, 1024));
      case "W5" -> List.of(new Cell(workload, 1024, 1));
      case "OPEN" -> List.of(batches(workload, 1, 1024));
      case "FAIR" -> List.of(new Cell(workload, 1024, 16));
      case "STEADY" ->
          List.of(
              new Cell(workload, 1024, 16).in(Form.RECYCLING),
              batches(workload, 16, 64).in(Form.RECYCLING));
      default ->
          throw new IllegalArgumentException(
              "no workload \"" + workload + "\"; there are " + String.join(", ", WORKLOADS));
    };
  }

  /// Returns the one cell of a workload that a quick run measures.
  static Cell quick(String workload) {
    return switch (workload) {
      case "W2" -> new Cell(workload, 1024, 1);
      case "W3A" -> new Cell(workload, 1024, 64);
      case "W4" -> batches(workload, 16, 64).in(Form.GROWING);
      default -> of(workload).getFirst();
    };
  }

  private static Cell batches(String workload, int threads, int batchRecords) {
    return new Cell(workload, 1024, threads, batchRecords, Form.PLAIN);
  }

  private static List<Cell> twice(Cell... cells) {
    List<Cell> both = new ArrayList<>();
    for (Cell cell : cells) {
      both.add(cell.in(Form.GROWING));
      both.add(cell.in(Form.RECYCLING));
    }
    return both;
  }

  /// Returns the same work with another fate of old segments.
  Cell in(Form other) {
    return new Cell(workload, payloadBytes, threads, batchRecords, other);
  }

  /// Returns whether appends are durable.
  boolean durable() {
    return !workload.equals("W1") && !workload.equals("W5") && !workload.equals("OPEN");
  }

  /// Returns how many threads append: one keeps all of W3A outstanding.
  int writers() {
    return workload.equals("W3A") ? 1 : threads;
  }

  /// Returns a name that is also good for a directory.
  String label() {
    return workload
        + "-"
        + payloadBytes
        + "B-"
        + threads
        + (batchRecords > 1 ? "x" + batchRecords : "")
        + (form == Form.PLAIN ? "" : "-" + form.name().toLowerCase(Locale.ROOT));
  }

  /// Returns what a reader of the table needs.
  String title() {
    String bytes = payloadBytes + " B";
    String batch = batchRecords + " × " + bytes;
    String title =
        switch (workload) {
          case "W1" -> "W1 · append without durability · 1 thread · " + bytes;
          case "W2" -> "W2 · durable append · 1 thread · " + bytes;
          case "W3" ->
              "W3 · durable group commit · " + threads + " blocking platform threads · " + bytes;
          case "W3V" ->
              "W3V · durable group commit · " + threads + " blocking virtual threads · " + bytes;
          case "W3A" ->
              "W3A · durable asynchronous appends · 1 thread, "
                  + threads
                  + " outstanding · "
                  + bytes;
          case "W4" ->
              "W4 · durable batches of " + batch + ", one sync each · " + threads + " threads";
          case "W5" -> "W5 · open and scan everything · " + bytes + " records";
          case "OPEN" -> "OPEN · open a big log and read its first record · " + bytes + " records";
          case "STEADY" ->
              "STEADY · "
                  + threads
                  + " blocking durable writers"
                  + (batchRecords > 1 ? ", batches of " + batch : ", " + bytes);
          default -> "FAIR · " + threads + " blocking durable writers · " + bytes;
        };
    return form == Form.PLAIN ? title : title + " · " + form.name().toLowerCase(Locale.ROOT);
  }

  /// Returns the metric that ranks the peers.
  String rankedBy() {
    return switch (workload) {
      case "W1" -> "meanNanos";
      case "W4" -> "megabytesPerSecond";
      case "W5" -> "warmGigabytesPerSecond";
      case "OPEN" -> "openMillis";
      default -> "opsPerSecond";
    };
  }

  /// Returns whether more of [#rankedBy] is better.
  boolean moreIsBetter() {
    return !workload.equals("W1") && !workload.equals("OPEN");
  }

  /// Returns the unit of [#rankedBy].
  String unit() {
    return switch (workload) {
      case "W1" -> "ns";
      case "W4" -> "MB/s";
      case "W5" -> "GB/s";
      case "OPEN" -> "ms";
      default -> "ops/s";
    };
  }
}
