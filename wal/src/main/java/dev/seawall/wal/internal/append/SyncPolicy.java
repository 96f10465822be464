// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.TimeSource;
import dev.seawall.io.WaitWord;
import dev.seawall.wal.Durability;

/// When groups are written and synced: what the durability levels of the appends so far ask for.
/// Demands are made under the append lock; read by the leader.
final class SyncPolicy {
  private static final long NEVER = Long.MAX_VALUE;

  private final TimeSource time;
  private final long writeOutNanos;
  private final WaitWord space;

  /// Somebody waits for this group to be durable.
  private volatile long demandedSeq;

  /// Somebody waits for this group to be written.
  private volatile long flushedSeq;

  private volatile long dueSyncAt = NEVER;
  private volatile long dueWriteAt = NEVER;
  private volatile long durableBytes;
  private volatile long syncedSeq;
  private long syncDelayNanos = NEVER;
  private volatile boolean bytesDue;

  SyncPolicy(TimeSource time, long writeOutNanos, WaitWord space) {
    this.time = time;
    this.writeOutNanos = writeOutNanos;
    this.space = space;
  }

  /// Somebody waits for this group.
  void demand(long seq) {
    if (seq > demandedSeq) {
      demandedSeq = seq;
    }
  }

  /// Somebody waits for this group to be with the operating system.
  void demandWrite(long seq) {
    if (seq > flushedSeq) {
      flushedSeq = seq;
    }
  }

  /// An append of this level was accepted into a group.
  ///
  /// @param claimedBytes all bytes accepted so far
  /// @return whether the log's thread should look at its deadlines anew
  boolean accepted(Durability level, long seq, long claimedBytes) {
    return switch (level) {
      case Durability.Synced synced -> {
        demand(seq);
        yield false;
      }
      case Durability.Batched batched -> {
        boolean wake = syncBy(batched.maxDelay().toNanos());
        if (claimedBytes - durableBytes >= batched.maxBytes() && !bytesDue) {
          bytesDue = true;
          wake = true;
        }
        yield wake;
      }
      case Durability.Periodic periodic -> {
        boolean wake = syncBy(periodic.interval().toNanos());
        yield writeBy() || wake;
      }
      case Durability.Buffered buffered -> writeBy();
    };
  }

  private boolean syncBy(long delayNanos) {
    syncDelayNanos = Math.min(syncDelayNanos, delayNanos);
    if (dueSyncAt != NEVER) {
      return false;
    }
    dueSyncAt = time.nanoTime() + delayNanos;
    return true;
  }

  private boolean writeBy() {
    if (dueWriteAt != NEVER) {
      return false;
    }
    dueWriteAt = time.nanoTime() + writeOutNanos;
    return true;
  }

  /// Returns whether an append of this level must wait for a sync first.
  boolean overLimit(Durability level, long claimedBytes) {
    long limit =
        switch (level) {
          case Durability.Synced synced -> NEVER;
          case Durability.Batched batched -> 2 * batched.maxBytes();
          case Durability.Periodic periodic -> periodic.maxUnsyncedBytes();
          case Durability.Buffered buffered -> NEVER;
        };
    return limit != NEVER && claimedBytes - durableBytes >= limit;
  }

  /// Returns whether the active window should go down now.
  boolean writeDue(long seq) {
    return demandedSeq >= seq
        || flushedSeq >= seq
        || bytesDue
        || passed(dueSyncAt)
        || passed(dueWriteAt);
  }

  private boolean passed(long deadline) {
    return deadline != NEVER && time.nanoTime() - deadline >= 0;
  }

  /// Returns whether the group that is about to be written should be durable when it is.
  boolean syncWanted(long seq) {
    return demandedSeq >= seq || bytesDue || passed(dueSyncAt);
  }

  /// Returns whether what is written should be synced now.
  ///
  /// @param writtenSeq the unbroken prefix of written groups
  /// @param allWritten whether no write is in flight
  boolean syncDue(long writtenSeq, boolean allWritten) {
    if (bytesDue || passed(dueSyncAt)) {
      return true;
    }
    long demanded = demandedSeq;
    return demanded > syncedSeq && (demanded <= writtenSeq || allWritten);
  }

  /// A sync was submitted; called under the append lock.
  ///
  /// @param more whether records were accepted that it does not cover: their delay starts anew
  void syncStarted(boolean more) {
    dueSyncAt = more && syncDelayNanos != NEVER ? time.nanoTime() + syncDelayNanos : NEVER;
    bytesDue = false;
  }

  /// The active window was closed; called under the append lock.
  void activeClosed() {
    dueWriteAt = NEVER;
  }

  /// Nothing waits in the active window; called under the append lock.
  void nothingAccepted(boolean allDurable) {
    dueWriteAt = NEVER;
    if (allDurable) {
      dueSyncAt = NEVER;
      bytesDue = false;
    }
  }

  /// Everything up to here is durable.
  void durable(long seq, long bytes) {
    syncedSeq = seq;
    durableBytes = bytes;
    space.advance();
  }

  /// A window came free, or the log failed.
  void spaceFreed() {
    space.advance();
  }

  /// Returns the nanoseconds until something is due; [Long#MAX_VALUE] when nothing is.
  long nanosUntilDue() {
    long due = Math.min(dueSyncAt, dueWriteAt);
    return due == NEVER ? NEVER : Math.max(1, due - time.nanoTime());
  }

  long nanoTime() {
    return time.nanoTime();
  }

  WaitWord space() {
    return space;
  }
}
