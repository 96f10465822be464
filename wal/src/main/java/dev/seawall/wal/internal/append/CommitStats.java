// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

/// Counters of the committer. Written by the leader, read by anybody: each value is right or a
/// moment old.
public final class CommitStats {
  private volatile long groups;
  private volatile long syncs;
  private volatile long writtenBytes;
  private volatile long syncNanosTotal;
  private volatile long syncNanosMax;

  @SuppressWarnings("NonAtomicVolatileUpdate") // One leader at a time writes.
  void wrote(long bytes) {
    groups++;
    writtenBytes += bytes;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One leader at a time writes.
  void synced(long nanos) {
    syncs++;
    syncNanosTotal += nanos;
    if (nanos > syncNanosMax) {
      syncNanosMax = nanos;
    }
  }

  /// Returns the groups written.
  public long groups() {
    return groups;
  }

  /// Returns the syncs and durable writes.
  public long syncs() {
    return syncs;
  }

  /// Returns the bytes handed to files.
  public long writtenBytes() {
    return writtenBytes;
  }

  /// Returns the time from submission to durability, summed.
  public long syncNanosTotal() {
    return syncNanosTotal;
  }

  /// Returns the longest of them.
  public long syncNanosMax() {
    return syncNanosMax;
  }
}
