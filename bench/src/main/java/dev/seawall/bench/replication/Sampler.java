// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Looks at a process each 100 ms: memory, processor time, bytes it made the disk write.
final class Sampler implements AutoCloseable {
  private static final long TICKS_PER_SECOND = 100;
  private static final double BYTES_PER_MB = 1e6;

  /// What was seen between two moments.
  ///
  /// @param rssMb mean resident memory
  /// @param rssMaxMb most
  /// @param cpuPercent of one core
  /// @param writtenBytes that the process made the disk write
  record Usage(double rssMb, double rssMaxMb, double cpuPercent, long writtenBytes) {}

  private record Sample(long nanos, long rssBytes, long ticks, long writtenBytes) {}

  private final Path proc;
  private final List<Sample> samples = new ArrayList<>();
  private final Thread thread;
  private volatile boolean ended;

  Sampler(long pid) {
    this.proc = Path.of("/proc/" + pid);
    this.thread = Thread.ofPlatform().daemon().name("sampler").start(this::run);
  }

  private void run() {
    try {
      while (!ended) {
        Sample sample = sample();
        synchronized (samples) {
          samples.add(sample);
        }
        Thread.sleep(100);
      }
    } catch (IOException | InterruptedException _) {
      // The process is gone.
    }
  }

  private Sample sample() throws IOException {
    String stat = Files.readString(proc.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    long rss = number("status", "VmRSS:") * 1024;
    return new Sample(System.nanoTime(), rss, ticks, number("io", "write_bytes:"));
  }

  private long number(String file, String label) throws IOException {
    for (String line : Files.readAllLines(proc.resolve(file))) {
      if (line.startsWith(label)) {
        return Long.parseLong(line.substring(label.length()).replace("kB", "").strip());
      }
    }
    throw new IOException(file + " of " + proc + " has no " + label);
  }

  /// Returns what was seen since a moment of `System.nanoTime()`.
  Usage since(long nanos) {
    List<Sample> seen;
    synchronized (samples) {
      seen = samples.stream().filter(sample -> sample.nanos - nanos >= 0).toList();
    }
    if (seen.size() < 2) {
      return new Usage(0, 0, 0, 0);
    }
    Sample first = seen.getFirst();
    Sample last = seen.getLast();
    double seconds = (last.nanos - first.nanos) / (double) TimeUnit.SECONDS.toNanos(1);
    return new Usage(
        seen.stream().mapToLong(Sample::rssBytes).average().orElse(0) / BYTES_PER_MB,
        seen.stream().mapToLong(Sample::rssBytes).max().orElse(0) / BYTES_PER_MB,
        100.0 * (last.ticks - first.ticks) / TICKS_PER_SECOND / seconds,
        last.writtenBytes - first.writtenBytes);
  }

  @Override
  public void close() {
    ended = true;
    thread.interrupt();
  }
}
