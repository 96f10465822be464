// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench;

import dev.seawall.wal.AppendCallback;
import dev.seawall.wal.Appended;
import dev.seawall.wal.Durability;
import dev.seawall.wal.WalBatch;
import dev.seawall.wal.WalException;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The append path, one thread, for `-prof gc` above all: nothing may be allocated per append, nor
/// by the log's own threads, which the profiler sees too; with a future at most 64 bytes. How fast
/// it is beside other logs is what `bench/run` measures.
///
/// When a fork ends, its log is opened again and every record that is kept is compared.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC"})
public class AppendBenchmark {
  private static final int BATCH_RECORDS = 64;
  private static final long SYNC_NANOS = 50_000;

  /// What all have in common.
  @State(Scope.Benchmark)
  public abstract static class Payload {
    /// Length of a record.
    @Param({"128", "1024"})
    public int payloadBytes;

    byte[] payload = new byte[0];

    void fill() {
      payload = new byte[payloadBytes];
      new SplittableRandom(payloadBytes).nextBytes(payload);
    }
  }

  /// A log whose appends are durable.
  @State(Scope.Benchmark)
  public static class Synced extends Payload {
    final WalBatch batch = new WalBatch();
    final SharedCallback callback = new SharedCallback();
    private @Nullable BenchLog log;

    /// Opens an empty log.
    @Setup
    public void open() throws IOException {
      fill();
      for (int i = 0; i < BATCH_RECORDS; i++) {
        batch.add(payload);
      }
      log = BenchLog.open(Durability.SYNCED, payload);
    }

    /// Waits for what is outstanding, and leaves the log to be checked.
    @TearDown
    public void close() throws WalException, InterruptedException {
      opened().log().sync();
      opened().close();
      callback.rethrow();
    }

    BenchLog opened() {
      return java.util.Objects.requireNonNull(log, "open");
    }
  }

  /// A log whose appends are accepted only.
  @State(Scope.Benchmark)
  public static class Buffered extends Payload {
    private @Nullable BenchLog log;

    /// Opens an empty log.
    @Setup
    public void open() throws IOException {
      fill();
      log = BenchLog.open(Durability.BUFFERED, payload);
    }

    /// Leaves the log to be checked.
    @TearDown
    public void close() {
      opened().close();
    }

    BenchLog opened() {
      return java.util.Objects.requireNonNull(log, "open");
    }
  }

  /// One callback for all appends, as a caller has who cares for the last durable index only.
  static final class SharedCallback implements AppendCallback {
    private final AtomicReference<@Nullable WalException> failure = new AtomicReference<>();
    volatile long durableIndex;

    @Override
    public void durable(long index) {
      durableIndex = index;
    }

    @Override
    public void failed(long index, WalException cause) {
      failure.compareAndSet(null, cause);
    }

    void rethrow() {
      WalException thrown = failure.get();
      if (thrown != null) {
        throw new IllegalStateException("an append failed", thrown);
      }
    }
  }

  /// Waits about as long as a durable append and appends nothing. What it allocates per operation
  /// is JMH's own share: what a durable benchmark shows above that is the log's.
  @Benchmark
  public void nothing() {
    LockSupport.parkNanos(SYNC_NANOS);
  }

  /// A durable append of one record; returns when it is durable.
  @Benchmark
  public long blocking(Synced state) throws WalException, InterruptedException {
    return state.opened().log().append(state.payload);
  }

  /// A durable append of 64 records with one sync; the operation is the batch.
  @Benchmark
  public long batch(Synced state) throws WalException, InterruptedException {
    return state.opened().log().append(state.batch);
  }

  /// A durable append with the caller's own callback; returns when it is accepted, and waits only
  /// while the queue is full.
  @Benchmark
  public long callback(Synced state) throws WalException, InterruptedException {
    return state.opened().log().append(state.payload, Durability.SYNCED, state.callback);
  }

  /// A durable append with a future; returns when it is accepted.
  @Benchmark
  public Appended future(Synced state) throws WalException, InterruptedException {
    return state.opened().log().appendAsync(state.payload);
  }

  /// An append without durability; waits only while the queue is full.
  @Benchmark
  public long buffered(Buffered state) throws WalException, InterruptedException {
    return state.opened().log().append(state.payload);
  }
}
