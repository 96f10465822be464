// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.PageCache.Cold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// W5: loads the log without durability, then opens it and hands every record over as bytes. The
/// first scan runs in a JVM that has compiled nothing of it yet, from a warm page cache; then come
/// warm ones, of which the best counts, and cold ones, of which the median does.
final class Scan {
  private static final int WARM_SCANS = 5;
  private static final int COLD_SCANS = 3;

  /// A slow peer is scanned less often.
  private static final long ENOUGH_NANOS = 6_000_000_000L;

  private final Plan plan;
  private final Payloads payloads;
  private @Nullable Long firstSum;

  Scan(Plan plan) {
    this.plan = plan;
    this.payloads = new Payloads(plan.seed(), 1, plan.cell().payloadBytes());
  }

  Map<String, Double> run() throws Throwable {
    Map<String, Double> metrics = new LinkedHashMap<>();
    Path directory = Files.createDirectory(plan.directory().resolve("log"));
    double bytes = (double) plan.records() * plan.cell().payloadBytes();
    metrics.put("loadMegabytesPerSecond", bytes / load(directory) * 1e3);
    metrics.put("diskMegabytes", diskBytes(directory) / 1e6);
    metrics.put("firstGigabytesPerSecond", bytes / scan(directory));
    long best = Long.MAX_VALUE;
    long spent = 0;
    for (int i = 0; i < WARM_SCANS && spent < ENOUGH_NANOS; i++) {
      long nanos = scan(directory);
      best = Math.min(best, nanos);
      spent += nanos;
    }
    metrics.put("warmGigabytesPerSecond", bytes / best);
    if (plan.cold() != Cold.NONE) {
      cold(directory, bytes, metrics);
    }
    Fill.check(plan, payloads, directory, plan.records());
    return metrics;
  }

  private void cold(Path directory, double bytes, Map<String, Double> metrics) throws Throwable {
    double[] rates = new double[COLD_SCANS];
    double resident = 0;
    int scans = 0;
    long spent = 0;
    while (scans < COLD_SCANS && spent < ENOUGH_NANOS) {
      PageCache.empty(directory, plan.cold());
      resident = Math.max(resident, PageCache.resident(directory));
      long nanos = scan(directory);
      spent += nanos;
      rates[scans++] = bytes / nanos;
    }
    Arrays.sort(rates, 0, scans);
    metrics.put("coldGigabytesPerSecond", rates[scans / 2]);
    metrics.put("stillCachedPercent", resident * 100);
  }

  private long load(Path directory) throws Exception {
    byte[][] cycle = payloads.of(0);
    Peer peer = plan.peer().make(plan.cell());
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
    plan.peer().make(plan.cell()).readBack(directory, counter);
    long nanos = System.nanoTime() - start;
    if (firstSum == null) {
      firstSum = counter.sum;
    }
    if (counter.records != plan.records() || counter.sum != firstSum) {
      throw new Checker.WrongDataException(
          "scanned "
              + counter.records
              + " records of "
              + plan.records()
              + ", sum "
              + counter.sum
              + " of "
              + firstSum);
    }
    return nanos;
  }

  static double diskBytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      double bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += (double) Files.size(file);
      }
      return bytes;
    }
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
