// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.HashMap;
import java.util.Map;

/// What is the same for every workload that appends: bring a log into its steady state, follow its
/// counters, check its data.
final class Fill {
  private static final int BATCH_BYTES = 256 << 10;

  private Fill() {}

  /// Appends as many bytes as the log asks for, in batches, by one writer; returns how many records
  /// that were.
  static long before(Peer peer, Peer.Writer writer, byte[][] cycle) throws Exception {
    int batch = Math.max(1, BATCH_BYTES / cycle[0].length);
    long records = 0;
    while (records * cycle[0].length < peer.fillBytes()) {
      writer.appendBatch(cycle, (int) (records % cycle.length), batch);
      records += batch;
    }
    return records;
  }

  /// Adds what the log's counters grew by.
  static void addCounters(
      Map<String, Double> metrics, Map<String, Double> before, Map<String, Double> after) {
    Map<String, Double> grown = new HashMap<>(after);
    before.forEach((name, value) -> grown.merge(name, -value, Double::sum));
    metrics.putAll(grown);
  }

  /// Opens the log again and compares everything it keeps.
  static void check(Plan plan, Payloads payloads, java.nio.file.Path directory, long... appended)
      throws Exception {
    Peer peer = plan.peer().make(plan.cell());
    Checker checker = peer.forgets() ? Checker.ofTail(payloads) : new Checker(payloads);
    peer.readBack(directory, checker);
    checker.finish(appended, Cell.Form.KEPT_BYTES / 2);
  }
}
