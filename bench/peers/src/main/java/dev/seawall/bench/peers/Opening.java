// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.PageCache.Cold;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// OPEN: how long it takes to open a big log and have its first record in hand: for the first time
/// in a JVM, then warm, then cold. The log was closed properly.
final class Opening {
  private static final int OPENS = 5;

  private final Plan plan;
  private final Payloads payloads;

  Opening(Plan plan) {
    this.plan = plan;
    this.payloads = new Payloads(plan.seed(), 1, plan.cell().payloadBytes());
  }

  Map<String, Double> run() throws Throwable {
    Path directory = Files.createDirectory(plan.directory().resolve("log"));
    int batch = plan.cell().batchRecords();
    long records = plan.records() / batch * batch;
    Peer peer = plan.peer().make(plan.cell());
    peer.open(directory, false);
    Measure.tellDetail(peer);
    try (peer;
        Peer.Writer writer = peer.writer()) {
      byte[][] cycle = payloads.of(0);
      for (long appended = 0; appended < records; appended += batch) {
        writer.appendBatch(cycle, (int) (appended % cycle.length), batch);
      }
      peer.drain();
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("diskGigabytes", Scan.diskBytes(directory) / 1e9);
    metrics.put("firstOpenMillis", open(directory));
    double[] warm = new double[OPENS];
    for (int i = 0; i < OPENS; i++) {
      warm[i] = open(directory);
    }
    java.util.Arrays.sort(warm);
    metrics.put("openMillis", warm[OPENS / 2]);
    if (plan.cold() != Cold.NONE) {
      PageCache.empty(directory, plan.cold());
      metrics.put("stillCachedPercent", PageCache.resident(directory) * 100);
      metrics.put("coldOpenMillis", open(directory));
    }
    Fill.check(plan, payloads, directory, records);
    return metrics;
  }

  private double open(Path directory) throws Exception {
    long start = System.nanoTime();
    long[] first = {0};
    try {
      plan.peer()
          .make(plan.cell())
          .readBack(
              directory,
              (_, _, _, _) -> {
                first[0] = System.nanoTime();
                throw new Enough();
              });
    } catch (Enough _) {
      return (first[0] - start) / 1e6;
    }
    throw new Checker.WrongDataException("the log is empty when it is opened again");
  }

  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;

    Enough() {
      super("the first record is in hand", null, false, false);
    }
  }
}
