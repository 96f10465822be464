// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench;

import dev.seawall.wal.Durability;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalOptions.ClaimLock;
import java.io.IOException;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/// The two append locks beside each other (ADR 0011): appends of all threads together, per second.
/// The number of threads is JMH's: `for n in 1 2 4 16; do bench/jmh ClaimBenchmark -t $n; done`.
///
/// When a fork ends, its log is opened again and every record that is kept is compared.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC"})
@State(Scope.Benchmark)
public class ClaimBenchmark {
  /// Which lock.
  @Param({"STANDARD", "SPINNING"})
  public ClaimLock claimLock = ClaimLock.STANDARD;

  /// How soon appends are durable: nothing but the claim, or a whole group commit.
  @Param({"buffered", "synced"})
  public String durability = "buffered";

  /// Length of a record.
  @Param("128")
  public int payloadBytes;

  private byte[] payload = new byte[0];
  private @Nullable BenchLog log;

  /// Opens an empty log.
  @Setup
  public void open() throws IOException {
    payload = new byte[payloadBytes];
    new SplittableRandom(payloadBytes).nextBytes(payload);
    Durability level = durability.equals("synced") ? Durability.SYNCED : Durability.BUFFERED;
    log =
        BenchLog.open(
            WalOptions.defaults().withDurability(level).withClaimLock(claimLock), payload);
  }

  /// Waits for what is outstanding, and leaves the log to be checked.
  @TearDown
  public void close() throws WalException, InterruptedException {
    opened().log().sync();
    opened().close();
  }

  /// Appends one record.
  @Benchmark
  public long append() throws WalException, InterruptedException {
    return opened().log().append(payload);
  }

  private BenchLog opened() {
    return Objects.requireNonNull(log, "open");
  }
}
