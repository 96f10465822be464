// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench;

import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Appends of one record, again and again, to a log whose options are what is compared.
///
/// When a fork ends, its log is opened again and every record that is kept is compared.
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC"})
@State(Scope.Benchmark)
public abstract class OptionsBenchmark {
  private byte[] payload = new byte[0];
  private @Nullable BenchLog log;

  /// Opens an empty log.
  final void open(WalOptions options, byte[] record) throws IOException {
    payload = record;
    log = BenchLog.open(options, record);
  }

  /// Waits for what is outstanding, and leaves the log to be checked.
  @TearDown
  public void close() throws WalException, InterruptedException {
    opened().log().sync();
    opened().close();
  }

  /// Appends the record.
  @Benchmark
  public long append() throws WalException, InterruptedException {
    return opened().log().append(payload);
  }

  private BenchLog opened() {
    return Objects.requireNonNull(log, "open");
  }
}
