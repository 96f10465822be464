// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.demo;

import dev.seawall.cli.ops.PlainFile;
import dev.seawall.wal.Durability;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Durable appends a second, each acknowledged before the same thread appends the next. A glance,
/// not a benchmark.
public final class Pace {
  /// Bytes of a record.
  public static final int RECORD_BYTES = 1024;

  private Pace() {}

  /// Appends a second: plain file, log from one thread, log from several.
  public record Result(double plain, double one, double many) {}

  /// Measures the three in turns, so that a busy moment of the machine hits all of them.
  ///
  /// @param directory empty; files stay in it
  public static Result measure(Path directory, int threads, int rounds, long millis)
      throws IOException, InterruptedException {
    try (PlainFile plain = PlainFile.create(directory.resolve("plain-file"));
        WriteAheadLog log = WriteAheadLog.open(directory.resolve("log"), WalOptions.defaults())) {
      run(log, threads, millis);
      double[] sums = new double[3];
      for (int round = 0; round < rounds; round++) {
        sums[0] += run(plain, millis);
        sums[1] += run(log, 1, millis);
        sums[2] += run(log, threads, millis);
      }
      return new Result(sums[0] / rounds, sums[1] / rounds, sums[2] / rounds);
    }
  }

  private static double run(WriteAheadLog log, int threads, long millis)
      throws IOException, InterruptedException {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread[] workers = new Thread[threads];
    long before = log.lastIndex();
    long start = System.nanoTime();
    long end = start + millis * 1_000_000;
    for (int i = 0; i < threads; i++) {
      byte[] record = record(i);
      workers[i] =
          new Thread(
              () -> {
                try {
                  while (System.nanoTime() < end) {
                    log.append(record, Durability.SYNCED);
                  }
                } catch (IOException | RuntimeException | InterruptedException e) {
                  failure.compareAndSet(null, e);
                }
              },
              "seawall-pace-" + i);
      workers[i].setDaemon(true);
      workers[i].start();
    }
    for (Thread worker : workers) {
      worker.join();
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IOException("measure " + threads + " threads: " + thrown.getMessage(), thrown);
    }
    return perSecond(log.durableIndex() - before, start);
  }

  private static double run(PlainFile plain, long millis) throws IOException {
    byte[] record = record(0);
    long count = 0;
    long start = System.nanoTime();
    long end = start + millis * 1_000_000;
    while (System.nanoTime() < end) {
      plain.append(record);
      count++;
    }
    return perSecond(count, start);
  }

  private static byte[] record(int seed) {
    byte[] record = new byte[RECORD_BYTES];
    Arrays.fill(record, (byte) ('a' + seed % 26));
    return record;
  }

  private static double perSecond(long count, long startNanos) {
    return count * 1e9 / (System.nanoTime() - startNanos);
  }
}
