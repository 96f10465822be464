// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/// W2, W3, W4, FAIR: blocking durable appends for a time, W3V by virtual threads; W3A: one thread
/// that keeps a number of durable appends outstanding. Appends that end inside the measured window
/// count; the ones before it warm up.
final class Durable {
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private final Plan plan;
  private final Payloads payloads;

  Durable(Plan plan) {
    this.plan = plan;
    this.payloads = new Payloads(plan.seed(), plan.cell().writers(), plan.cell().payloadBytes());
  }

  Map<String, Double> run() throws Exception {
    Path directory = Files.createDirectory(plan.directory().resolve("log"));
    Map<String, Double> metrics = new LinkedHashMap<>();
    long[] appended;
    try (Peer peer = plan.peer().make(plan.cell())) {
      peer.open(directory, true);
      Measure.tellDetail(peer);
      appended =
          plan.cell().workload().equals("W3A")
              ? asynchronous(peer, metrics)
              : blocking(peer, metrics);
    }
    Fill.check(plan, payloads, directory, appended);
    return metrics;
  }

  private long[] blocking(Peer peer, Map<String, Double> metrics) throws Exception {
    long filled;
    try (Peer.Writer writer = peer.writer()) {
      filled = Fill.before(peer, writer, payloads.of(0));
    }
    Window window = Window.startingNow(plan);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Appender> appenders = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < payloads.writers(); i++) {
      Appender appender =
          new Appender(peer, payloads.of(i), plan.cell().batchRecords(), window, failure);
      appender.appended = i == 0 ? filled : 0;
      appenders.add(appender);
      boolean virtual = plan.cell().workload().equals("W3V");
      threads.add(
          (virtual ? Thread.ofVirtual() : Thread.ofPlatform())
              .name("bench-appender-" + i)
              .start(appender));
    }
    Usage before = window.awaitStart(plan.disk());
    Map<String, Double> countersBefore = peer.counters();
    Usage after;
    try (LockWait lockWait = plan.cell().workload().equals("FAIR") ? new LockWait() : null) {
      after = window.awaitEnd(plan.disk());
      if (lockWait != null) {
        metrics.put(
            "lockWaitPercent",
            100 * lockWait.share(plan.directory().resolve("lock.jfr"), threads.size()));
      }
    }
    Fill.addCounters(metrics, countersBefore, peer.counters());
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("an appender failed", thrown);
    }
    Histogram all = new Histogram(LONGEST_NANOS, 3);
    long slowest = Long.MAX_VALUE;
    long fastest = 0;
    long[] appended = new long[appenders.size()];
    for (int i = 0; i < appended.length; i++) {
      Appender appender = appenders.get(i);
      all.add(appender.nanos);
      slowest = Math.min(slowest, appender.nanos.getTotalCount());
      fastest = Math.max(fastest, appender.nanos.getTotalCount());
      appended[i] = appender.appended;
    }
    report(metrics, all, window);
    metrics.put("slowestToFastest", fastest == 0 ? 0.0 : (double) slowest / fastest);
    addUsage(metrics, before, after);
    return appended;
  }

  private void report(Map<String, Double> metrics, Histogram nanos, Window window) {
    double records = (double) nanos.getTotalCount() * plan.cell().batchRecords();
    double seconds = (window.end - window.start) / 1e9;
    metrics.put("records", records);
    metrics.put("opsPerSecond", records / seconds);
    metrics.put("megabytesPerSecond", records * plan.cell().payloadBytes() / seconds / 1e6);
    metrics.put("p50Micros", nanos.getValueAtPercentile(50) / 1e3);
    metrics.put("p99Micros", nanos.getValueAtPercentile(99) / 1e3);
    metrics.put("p999Micros", nanos.getValueAtPercentile(99.9) / 1e3);
    metrics.put("maxMicros", nanos.getMaxValue() / 1e3);
  }

  private void addUsage(Map<String, Double> metrics, Usage before, Usage after) {
    after.addTo(metrics, before, metrics.getOrDefault("opsPerSecond", 0.0), plan.seconds());
  }

  private long[] asynchronous(Peer peer, Map<String, Double> metrics) throws Exception {
    Recorder nanos = new Recorder(LONGEST_NANOS, 3);
    int outstanding = plan.cell().threads();
    Semaphore permits = new Semaphore(outstanding);
    byte[][] cycle = payloads.of(0);
    long appended = 0;
    int slot = 0;
    Usage before = null;
    Window window = Window.startingNow(plan);
    try (Peer.Writer writer = peer.writer()) {
      for (long now = System.nanoTime(); now - window.end < 0; now = System.nanoTime()) {
        if (before == null && now - window.start >= 0) {
          before = Usage.now(plan.disk());
        }
        permits.acquire();
        long start = System.nanoTime();
        writer.appendAsync(
            cycle[slot],
            () -> {
              long end = System.nanoTime();
              if (window.contains(end)) {
                nanos.recordValue(end - start);
              }
              permits.release();
            });
        appended++;
        if (++slot == cycle.length) {
          slot = 0;
        }
      }
      permits.acquire(outstanding);
    }
    Usage after = Usage.now(plan.disk());
    Histogram all = nanos.getIntervalHistogram();
    report(metrics, all, window);
    if (before != null) {
      addUsage(metrics, before, after);
    }
    return new long[] {appended};
  }

  /// The measured time: appends that end in it count.
  private static final class Window {
    final long start;
    final long end;

    private Window(long start, long end) {
      this.start = start;
      this.end = end;
    }

    static Window startingNow(Plan plan) {
      long start = System.nanoTime() + (long) (plan.warmUpSeconds() * 1e9);
      return new Window(start, start + (long) (plan.seconds() * 1e9));
    }

    boolean contains(long nanos) {
      return nanos - start >= 0 && nanos - end < 0;
    }

    Usage awaitStart(String disk) throws InterruptedException {
      sleepUntil(start);
      return Usage.now(disk);
    }

    Usage awaitEnd(String disk) throws InterruptedException {
      sleepUntil(end);
      return Usage.now(disk);
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
      for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
        Thread.sleep(java.time.Duration.ofNanos(left));
      }
    }
  }

  /// One blocking writer.
  private static final class Appender implements Runnable {
    final Histogram nanos = new Histogram(LONGEST_NANOS, 3);
    long appended;

    private final Peer peer;
    private final byte[][] cycle;
    private final int batch;
    private final Window window;
    private final AtomicReference<@Nullable Throwable> failure;

    Appender(
        Peer peer,
        byte[][] cycle,
        int batch,
        Window window,
        AtomicReference<@Nullable Throwable> failure) {
      this.peer = peer;
      this.cycle = cycle;
      this.batch = batch;
      this.window = window;
      this.failure = failure;
    }

    @Override
    public void run() {
      try (Peer.Writer writer = peer.writer()) {
        long start = System.nanoTime();
        int slot = (int) (appended % cycle.length);
        while (start - window.end < 0) {
          if (batch == 1) {
            writer.append(cycle[slot]);
          } else {
            writer.appendBatch(cycle, slot, batch);
          }
          long end = System.nanoTime();
          appended += batch;
          if (window.contains(end)) {
            nanos.recordValue(end - start);
          }
          slot = (slot + batch) % cycle.length;
          start = end;
        }
      } catch (Throwable thrown) {
        failure.compareAndSet(null, thrown);
      }
    }
  }
}
