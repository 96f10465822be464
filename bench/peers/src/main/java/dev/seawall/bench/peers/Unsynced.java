// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// W1: one thread, no durability. Three passes, each on a fresh directory: one only for the JIT
/// compiler; one for the mean, with no clock read per append and with the draining inside; one for
/// the percentiles, which costs two clock reads per append. A log that recycles is filled first.
final class Unsynced {
  private final Plan plan;
  private final Payloads payloads;

  Unsynced(Plan plan) {
    this.plan = plan;
    this.payloads = new Payloads(plan.seed(), 1, plan.cell().payloadBytes());
  }

  Map<String, Double> run() throws Exception {
    Map<String, Double> metrics = new LinkedHashMap<>();
    long records = plan.records();
    pass("warm", records, null, new LinkedHashMap<>());
    pass("mean", records, null, metrics);
    Histogram nanos = new Histogram(60_000_000_000L, 3);
    pass("percentiles", records, nanos, new LinkedHashMap<>());
    metrics.put("p50Nanos", (double) nanos.getValueAtPercentile(50));
    metrics.put("p99Nanos", (double) nanos.getValueAtPercentile(99));
    metrics.put("p999Nanos", (double) nanos.getValueAtPercentile(99.9));
    return metrics;
  }

  private void pass(
      String name,
      long records,
      @org.jspecify.annotations.Nullable Histogram nanos,
      Map<String, Double> metrics)
      throws Exception {
    Path directory = Files.createDirectory(plan.directory().resolve(name));
    byte[][] cycle = payloads.of(0);
    long appended;
    Peer peer = plan.peer().make(plan.cell());
    peer.open(directory, false);
    Measure.tellDetail(peer);
    try (peer;
        Peer.Writer writer = peer.writer()) {
      long warmUp = Fill.before(peer, writer, cycle);
      int slot = append(writer, cycle, (int) (warmUp % cycle.length), records / 10);
      warmUp += records / 10;
      peer.drain();
      appended = warmUp + records;
      Map<String, Double> countersBefore = peer.counters();
      Usage before = Usage.now(plan.disk());
      long callerBytes = Usage.callerBytes();
      long start = System.nanoTime();
      if (nanos == null) {
        append(writer, cycle, slot, records);
      } else {
        appendTimed(writer, cycle, slot, records, nanos);
      }
      long accepted = System.nanoTime();
      peer.drain();
      long drained = System.nanoTime();
      callerBytes = Usage.callerBytes() - callerBytes;
      Usage.now(plan.disk()).addTo(metrics, before, (double) records);
      metrics.put("records", (double) records);
      metrics.put("meanNanos", (double) (drained - start) / records);
      metrics.put("meanNanosBeforeDrain", (double) (accepted - start) / records);
      metrics.put("callerBytesPerRecord", (double) callerBytes / records);
      Fill.addCounters(metrics, countersBefore, peer.counters());
    }
    Fill.check(plan, payloads, directory, appended);
  }

  private static int append(Peer.Writer writer, byte[][] cycle, int firstSlot, long records)
      throws Exception {
    int slot = firstSlot;
    for (long i = 0; i < records; i++) {
      writer.append(cycle[slot]);
      if (++slot == cycle.length) {
        slot = 0;
      }
    }
    return slot;
  }

  private static void appendTimed(
      Peer.Writer writer, byte[][] cycle, int firstSlot, long records, Histogram nanos)
      throws Exception {
    int slot = firstSlot;
    for (long i = 0; i < records; i++) {
      long start = System.nanoTime();
      writer.append(cycle[slot]);
      nanos.recordValue(System.nanoTime() - start);
      if (++slot == cycle.length) {
        slot = 0;
      }
    }
  }
}
