// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.bench;

import dev.seawall.cli.bench.Measurement.Subject;
import dev.seawall.io.Machine;
import dev.seawall.wal.Durability;
import dev.seawall.wal.Retention;
import dev.seawall.wal.WalBatch;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A log on this disk: durable appends by one thread and by many, each of which waits for its own.
/// It keeps its last 128 MiB, so that the disk does not fill up.
public final class LogPace {
  /// Bytes of a record.
  static final int RECORD_BYTES = 1024;

  private static final long KEPT_BYTES = 128L << 20;
  private static final int WARM_UP_PART = 3;

  private final Path directory;
  private final long nanos;

  /// @param directory of the log; absent, and left to the caller
  /// @param time how long each measurement takes, after a third of it to warm up
  public LogPace(Path directory, Duration time) {
    this.directory = directory;
    this.nanos = time.toNanos();
  }

  /// What is appended.
  ///
  /// @param threads how many append
  /// @param batchRecords records of one append
  public record Load(int threads, int batchRecords) {
    int bytes() {
      return batchRecords * RECORD_BYTES;
    }
  }

  /// Opens a log and measures each load.
  public List<Measurement> measure(Machine machine, List<Load> loads)
      throws IOException, InterruptedException {
    List<Measurement> measured = new ArrayList<>();
    WalOptions options =
        WalOptions.defaults().withRetention(Retention.keep().withMaxBytes(KEPT_BYTES));
    try (WriteAheadLog log = WriteAheadLog.open(directory, options, machine)) {
      for (Load load : loads) {
        measured.add(measure(log, load));
      }
    }
    return measured;
  }

  private Measurement measure(WriteAheadLog log, Load load)
      throws IOException, InterruptedException {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    long start = System.nanoTime() + nanos / WARM_UP_PART;
    long end = start + nanos;
    List<Times> times = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < load.threads; i++) {
      Times own = new Times();
      times.add(own);
      Thread thread =
          new Thread(() -> append(log, load, start, end, own, failure), "seawall-bench-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    rethrow(failure.get());
    Times all = new Times();
    times.forEach(all::addAll);
    return Measurement.of(
        load.batchRecords == 1 ? Subject.LOG_RECORDS : Subject.LOG_BATCHES,
        log.stats().backend(),
        load.threads,
        load.bytes(),
        all.all(),
        nanos);
  }

  private static void append(
      WriteAheadLog log,
      Load load,
      long start,
      long end,
      Times times,
      AtomicReference<@Nullable Throwable> failure) {
    byte[] record = new byte[RECORD_BYTES];
    java.util.Arrays.fill(record, (byte) 'x');
    WalBatch batch = new WalBatch();
    for (int i = 0; load.batchRecords > 1 && i < load.batchRecords; i++) {
      batch.add(record);
    }
    try {
      long last = System.nanoTime();
      while (last - end < 0 && failure.get() == null) {
        if (load.batchRecords == 1) {
          log.append(record, Durability.SYNCED);
        } else {
          log.append(batch, Durability.SYNCED);
        }
        long now = System.nanoTime();
        if (now - start >= 0 && now - end < 0) {
          times.add(now - last);
        }
        last = now;
      }
    } catch (IOException | RuntimeException | InterruptedException e) {
      failure.compareAndSet(null, e);
    }
  }

  private static void rethrow(@Nullable Throwable thrown) throws IOException, InterruptedException {
    switch (thrown) {
      case null -> {}
      case IOException e -> throw e;
      case InterruptedException e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }
}
