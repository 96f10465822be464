// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.wal.AppendCallback;
import dev.seawall.wal.LogFailedException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalListener;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The callbacks and futures of accepted appends, in index order: a ring of fixed size, so that
/// asynchronous callers are bounded and allocate nothing here. Added to under the append lock,
/// taken from by the leader.
@SuppressWarnings("NonAtomicVolatileUpdate") // Each counter has one writer at a time.
final class Completions {
  private final long[] seqs;
  private final long[] indexes;
  private final @Nullable Object[] targets;
  private final int mask;
  private final WalListener listener;
  private volatile long head;
  private volatile long tail;

  /// @param capacity a power of two
  Completions(int capacity, WalListener listener) {
    seqs = new long[capacity];
    indexes = new long[capacity];
    targets = new Object[capacity];
    mask = capacity - 1;
    this.listener = listener;
  }

  boolean full() {
    return tail - head > mask;
  }

  /// Adds; the ring must not be full.
  void add(long seq, long index, Object target) {
    int slot = (int) tail & mask;
    seqs[slot] = seq;
    indexes[slot] = index;
    targets[slot] = target;
    tail = tail + 1;
  }

  /// Tells all whose group is durable; returns whether there were any.
  boolean complete(long durableSeq, PayloadChanges changes) {
    long from = head;
    long position = from;
    while (position < tail && seqs[(int) position & mask] <= durableSeq) {
      int slot = (int) position & mask;
      Object target = targets[slot];
      targets[slot] = null;
      long index = indexes[slot];
      head = ++position;
      if (target != null) {
        tell(target, index, changes.take(index));
      }
    }
    return position > from;
  }

  /// Tells all that the log failed.
  void fail(LogFailedException cause) {
    while (head < tail) {
      int slot = (int) head & mask;
      Object target = targets[slot];
      targets[slot] = null;
      long index = indexes[slot];
      head = head + 1;
      if (target != null) {
        tell(target, index, cause);
      }
    }
  }

  private void tell(Object target, long index, @Nullable WalException cause) {
    try {
      if (target instanceof AppendCallback callback) {
        if (cause == null) {
          callback.durable(index);
        } else {
          callback.failed(index, cause);
        }
      } else if (target instanceof CompletableFuture<?> future) {
        if (cause == null) {
          future.complete(null);
        } else {
          future.completeExceptionally(cause);
        }
      }
    } catch (RuntimeException | Error thrown) {
      listener.callbackFailed(index, thrown);
    }
  }
}
