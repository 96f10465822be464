// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// W5: loads the log without durability, then opens it and hands every record over as bytes. The
/// first scan runs in a JVM that has compiled nothing of it yet, from a warm page cache; then come
/// warm ones, of which the best counts, and on request a cold one.
final class Scan {
  private static final int WARM_SCANS = 5;

  private final Plan plan;
  private final Payloads payloads;
  private final Set<Long> scanned = new HashSet<>();

  Scan(Plan plan) {
    this.plan = plan;
    this.payloads = new Payloads(plan.seed(), 1, plan.cell().payloadBytes());
  }

  Map<String, Double> run() throws Exception {
    Map<String, Double> metrics = new LinkedHashMap<>();
    Path directory = Files.createDirectory(plan.directory().resolve("log"));
    double bytes = (double) plan.records() * plan.cell().payloadBytes();
    metrics.put("loadMegabytesPerSecond", bytes / load(directory) * 1e3);
    metrics.put("diskMegabytes", diskBytes(directory) / 1e6);
    metrics.put("firstGigabytesPerSecond", bytes / scan(directory));
    long best = Long.MAX_VALUE;
    for (int i = 0; i < WARM_SCANS; i++) {
      best = Math.min(best, scan(directory));
    }
    metrics.put("warmGigabytesPerSecond", bytes / best);
    if (plan.dropCaches()) {
      dropCaches();
      metrics.put("coldGigabytesPerSecond", bytes / scan(directory));
    }
    Checker checker = new Checker(payloads);
    plan.peer().make().readBack(directory, checker);
    checker.finish(new long[] {plan.records()});
    return metrics;
  }

  private long load(Path directory) throws Exception {
    byte[][] cycle = payloads.of(0);
    Peer peer = plan.peer().make();
    peer.open(directory, false);
    Measure.tellDetail(peer);
    try (peer;
        Peer.Writer writer = peer.writer()) {
      long start = System.nanoTime();
      int slot = 0;
      for (long i = 0; i < plan.records(); i++) {
        writer.append(cycle[slot]);
        if (++slot == cycle.length) {
          slot = 0;
        }
      }
      peer.drain();
      return System.nanoTime() - start;
    }
  }

  private long scan(Path directory) throws Exception {
    Counter counter = new Counter();
    long start = System.nanoTime();
    plan.peer().make().readBack(directory, counter);
    long nanos = System.nanoTime() - start;
    if (scanned.isEmpty()) {
      scanned.add(counter.sum);
    }
    if (counter.records != plan.records() || !scanned.contains(counter.sum)) {
      throw new Checker.WrongDataException(
          "scanned "
              + counter.records
              + " records of "
              + plan.records()
              + ", sum "
              + counter.sum
              + " of "
              + scanned);
    }
    return nanos;
  }

  private static double diskBytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      double bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += (double) Files.size(file);
      }
      return bytes;
    }
  }

  private static void dropCaches() throws IOException, InterruptedException {
    new ProcessBuilder("sync").start().waitFor(1, TimeUnit.MINUTES);
    Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "1\n");
  }

  /// Touches each record once, as a consumer would that only looks at its head.
  private static final class Counter implements Peer.Sink {
    long records;
    long sum;

    @Override
    public void record(long index, byte[] bytes, int offset, int length) {
      records++;
      sum += bytes[offset] + bytes[offset + length - 1];
    }
  }
}
