// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.ArrayList;
import java.util.List;

/// One column of the comparison: a workload with one payload length and one number of threads.
///
/// @param workload W1, W2, W3, W3A, W4, W5 or FAIR
/// @param payloadBytes length of each record
/// @param threads appending threads; for W3A records outstanding from one thread
/// @param batchRecords records appended by one call, with one sync
record Cell(String workload, int payloadBytes, int threads, int batchRecords) {
  Cell(String workload, int payloadBytes, int threads) {
    this(workload, payloadBytes, threads, 1);
  }

  /// Returns the cells of one workload.
  static List<Cell> of(String workload) {
    return switch (workload) {
      case "W1", "W2" -> List.of(new Cell(workload, 128, 1), new Cell(workload, 1024, 1));
      case "W3", "W3A" -> List.of(new Cell(workload, 1024, 16), new Cell(workload, 1024, 64));
      case "W4" ->
          List.of(
              new Cell(workload, 1024, 1, 64),
              new Cell(workload, 1024, 1, 1024),
              new Cell(workload, 1024, 16, 64),
              new Cell(workload, 1024, 16, 1024));
      case "W5" -> List.of(new Cell(workload, 1024, 1));
      case "FAIR" -> List.of(new Cell(workload, 1024, 16));
      default ->
          throw new IllegalArgumentException(
              "no workload \"" + workload + "\"; there are W1, W2, W3, W3A, W4, W5, FAIR");
    };
  }

  /// Returns the cells of several workloads, in their order.
  static List<Cell> of(List<String> workloads) {
    List<Cell> cells = new ArrayList<>();
    for (String workload : workloads) {
      cells.addAll(of(workload));
    }
    return cells;
  }

  /// Returns whether appends are durable.
  boolean durable() {
    return !workload.equals("W1") && !workload.equals("W5");
  }

  /// Returns a name that is also good for a directory.
  String label() {
    return workload
        + "-"
        + payloadBytes
        + "B-"
        + threads
        + (batchRecords > 1 ? "x" + batchRecords : "");
  }

  /// Returns what a reader of the table needs.
  String title() {
    return switch (workload) {
      case "W1" -> "W1 · append without durability · 1 thread · " + payloadBytes + " B";
      case "W2" -> "W2 · durable append · 1 thread · " + payloadBytes + " B";
      case "W3" ->
          "W3 · durable group commit · "
              + threads
              + " blocking platform threads · "
              + payloadBytes
              + " B";
      case "W3A" ->
          "W3A · durable asynchronous appends · 1 thread, "
              + threads
              + " outstanding · "
              + payloadBytes
              + " B";
      case "W4" ->
          "W4 · durable batches of "
              + batchRecords
              + " × "
              + payloadBytes
              + " B, one sync each · "
              + threads
              + " threads";
      case "W5" -> "W5 · open and scan everything · " + payloadBytes + " B records";
      default -> "FAIR · " + threads + " blocking durable writers · " + payloadBytes + " B";
    };
  }

  /// Returns the metric that ranks the peers.
  String rankedBy() {
    return switch (workload) {
      case "W1" -> "meanNanos";
      case "W4" -> "megabytesPerSecond";
      case "W5" -> "warmGigabytesPerSecond";
      default -> "opsPerSecond";
    };
  }

  /// Returns whether more of [#rankedBy] is better.
  boolean moreIsBetter() {
    return !workload.equals("W1");
  }

  /// Returns the unit of [#rankedBy].
  String unit() {
    return switch (workload) {
      case "W1" -> "ns";
      case "W4" -> "MB/s";
      case "W5" -> "GB/s";
      default -> "ops/s";
    };
  }
}
