// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import java.util.concurrent.atomic.LongAdder;

/// Counters of the callers. Thread-safe.
public final class AppendStats {
  private final LongAdder records = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder preparationWaits = new LongAdder();
  private final LongAdder queueWaits = new LongAdder();
  private final LongAdder rejected = new LongAdder();

  void appended(long count, long payloadBytes) {
    records.add(count);
    bytes.add(payloadBytes);
  }

  void preparationWait() {
    preparationWaits.increment();
  }

  void queueWait() {
    queueWaits.increment();
  }

  void rejected() {
    rejected.increment();
  }

  /// Returns the records accepted.
  public long records() {
    return records.sum();
  }

  /// Returns the payload bytes accepted.
  public long bytes() {
    return bytes.sum();
  }

  /// Returns the waits for a prepared segment.
  public long preparationWaits() {
    return preparationWaits.sum();
  }

  /// Returns the waits for a window, a callback slot or a sync.
  public long queueWaits() {
    return queueWaits.sum();
  }

  /// Returns the appends refused.
  public long rejectedCount() {
    return rejected.sum();
  }
}
