// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench;

import dev.seawall.wal.Durability;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalOptions.ClaimLock;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// The two append locks beside each other (ADR 0011): appends of all threads together, per second.
/// The number of threads is JMH's: `for n in 1 2 4 16; do bench/jmh ClaimBenchmark -t $n; done`.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ClaimBenchmark extends OptionsBenchmark {
  /// Which lock.
  @Param({"STANDARD", "SPINNING"})
  public ClaimLock claimLock = ClaimLock.STANDARD;

  /// How soon appends are durable: nothing but the claim, or a whole group commit.
  @Param({"buffered", "synced"})
  public String durability = "buffered";

  /// Length of a record.
  @Param("128")
  public int payloadBytes;

  /// Opens an empty log.
  @Setup
  public void open() throws IOException {
    byte[] payload = new byte[payloadBytes];
    new SplittableRandom(payloadBytes).nextBytes(payload);
    Durability level = durability.equals("synced") ? Durability.SYNCED : Durability.BUFFERED;
    open(WalOptions.defaults().withDurability(level).withClaimLock(claimLock), payload);
  }
}
