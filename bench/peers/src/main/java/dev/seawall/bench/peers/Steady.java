// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/// STEADY: blocking durable writers for minutes, on a log that recycles. Says whether the rate
/// drifts, whether the heap and the process grow, and what the slowest second looks like; leaves
/// one line per second in `series.csv`.
final class Steady {
  /// The file with the seconds, in the plan's directory.
  static final String SERIES = "series.csv";

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int PARTS = 5;

  private final Plan plan;
  private final Payloads payloads;
  private final Recorder nanos = new Recorder(60 * SECOND_NANOS, 3);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stop;

  Steady(Plan plan) {
    this.plan = plan;
    this.payloads = new Payloads(plan.seed(), plan.cell().writers(), plan.cell().payloadBytes());
  }

  /// One second.
  private record Second(
      double opsPerSecond, double p50, double p99, double max, double heapMegabytes, double rolls) {
    String line(int number) {
      return String.format(
          Locale.ROOT,
          "%d,%.0f,%.1f,%.1f,%.1f,%.1f,%.0f%n",
          number,
          opsPerSecond,
          p50,
          p99,
          max,
          heapMegabytes,
          rolls);
    }
  }

  Map<String, Double> run() throws Exception {
    Path directory = Files.createDirectory(plan.directory().resolve("log"));
    Map<String, Double> metrics = new LinkedHashMap<>();
    long[] appended;
    try (Peer peer = plan.peer().make(plan.cell())) {
      peer.open(directory, true);
      Measure.tellDetail(peer);
      appended = write(peer, metrics);
    }
    Fill.check(plan, payloads, directory, appended);
    return metrics;
  }

  private long[] write(Peer peer, Map<String, Double> metrics) throws Exception {
    long[] appended = new long[payloads.writers()];
    try (Peer.Writer writer = peer.writer()) {
      appended[0] = Fill.before(peer, writer, payloads.of(0));
    }
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < appended.length; i++) {
      int writer = i;
      threads.add(
          Thread.ofPlatform()
              .name("bench-appender-" + i)
              .start(() -> append(peer, writer, appended)));
    }
    Thread.sleep(java.time.Duration.ofNanos((long) (plan.warmUpSeconds() * SECOND_NANOS)));
    double liveBefore = liveMegabytes();
    double processBefore = processMegabytes();
    Map<String, Double> before = peer.counters();
    List<Second> seconds = watch(peer);
    Fill.addCounters(metrics, before, peer.counters());
    metrics.put("liveHeapGrowthMegabytes", liveMegabytes() - liveBefore);
    metrics.put("processGrowthMegabytes", processMegabytes() - processBefore);
    stop = true;
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("an appender failed", thrown);
    }
    summarise(seconds, metrics);
    return appended;
  }

  private void append(Peer peer, int number, long[] appended) {
    byte[][] cycle = payloads.of(number);
    int batch = plan.cell().batchRecords();
    long count = appended[number];
    try (Peer.Writer writer = peer.writer()) {
      long start = System.nanoTime();
      while (!stop) {
        int slot = (int) (count % cycle.length);
        if (batch == 1) {
          writer.append(cycle[slot]);
        } else {
          writer.appendBatch(cycle, slot, batch);
        }
        count += batch;
        long end = System.nanoTime();
        nanos.recordValue(end - start);
        start = end;
      }
    } catch (Throwable thrown) {
      failure.compareAndSet(null, thrown);
    }
    appended[number] = count;
  }

  private List<Second> watch(Peer peer) throws IOException, InterruptedException {
    List<Second> seconds = new ArrayList<>();
    StringBuilder series = new StringBuilder("second,ops/s,p50 us,p99 us,max us,heap MB,rolls\n");
    nanos.reset();
    long last = System.nanoTime();
    double rolls = peer.counters().getOrDefault("rolls", 0.0);
    for (int number = 1; number <= (int) plan.seconds() && failure.get() == null; number++) {
      Thread.sleep(1000);
      Histogram histogram = nanos.getIntervalHistogram();
      long now = System.nanoTime();
      double rollsNow = peer.counters().getOrDefault("rolls", 0.0);
      Second second =
          new Second(
              (double) histogram.getTotalCount()
                  * plan.cell().batchRecords()
                  * SECOND_NANOS
                  / (now - last),
              histogram.getValueAtPercentile(50) / 1e3,
              histogram.getValueAtPercentile(99) / 1e3,
              histogram.getMaxValue() / 1e3,
              usedMegabytes(),
              rollsNow - rolls);
      seconds.add(second);
      series.append(second.line(number));
      rolls = rollsNow;
      last = now;
    }
    Files.writeString(plan.directory().resolve(SERIES), series);
    return seconds;
  }

  private static void summarise(List<Second> seconds, Map<String, Double> metrics) {
    metrics.put(
        "opsPerSecond", median(seconds.stream().mapToDouble(Second::opsPerSecond).toArray()));
    int part = Math.max(1, seconds.size() / PARTS);
    List<Second> first = seconds.subList(0, Math.min(part, seconds.size()));
    List<Second> last = seconds.subList(Math.max(0, seconds.size() - part), seconds.size());
    metrics.put(
        "lastToFirst",
        median(last.stream().mapToDouble(Second::opsPerSecond).toArray())
            / median(first.stream().mapToDouble(Second::opsPerSecond).toArray()));
    metrics.put("p50Micros", median(seconds.stream().mapToDouble(Second::p50).toArray()));
    double p99 = median(seconds.stream().mapToDouble(Second::p99).toArray());
    metrics.put("p99Micros", p99);
    addP99(metrics, "p99WithRollsMicros", seconds.stream().filter(second -> second.rolls > 0));
    addP99(metrics, "p99WithoutRollsMicros", seconds.stream().filter(second -> second.rolls == 0));
    metrics.put(
        "worstSecondP99Micros", seconds.stream().mapToDouble(Second::p99).max().orElse(Double.NaN));
    metrics.put(
        "slowSecondsPercent",
        100.0 * seconds.stream().filter(second -> second.p99 > 2 * p99).count() / seconds.size());
    metrics.put("maxMicros", seconds.stream().mapToDouble(Second::max).max().orElse(Double.NaN));
  }

  private static void addP99(
      Map<String, Double> metrics, String name, java.util.stream.Stream<Second> seconds) {
    double[] values = seconds.mapToDouble(Second::p99).toArray();
    if (values.length > 0) {
      metrics.put(name, median(values));
    }
  }

  private static double median(double[] values) {
    return Results.Spread.of(values).map(Results.Spread::median).orElse(Double.NaN);
  }

  /// What the heap holds after a full collection.
  private static double liveMegabytes() {
    System.gc();
    return usedMegabytes();
  }

  private static double usedMegabytes() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
  }

  /// What the process occupies outside a heap that is touched in full at the start; 0 where
  /// unknown.
  private static double processMegabytes() {
    try {
      return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1])
          * 4096
          / 1e6;
    } catch (IOException _) {
      return 0;
    }
  }
}
