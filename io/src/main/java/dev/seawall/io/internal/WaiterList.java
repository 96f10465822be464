// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// Parked threads, woken all at once. Thread-safe, lock-free.
///
/// A waiter pushes itself and *then* looks at the word; whoever changes the word *then* looks at
/// the list. One of them sees the other, so no wake-up is lost. Virtual threads park here without
/// holding their carrier.
final class WaiterList {
  private static final int ABANDONED_LIMIT = 256;

  private static final class Waiter {
    final Thread thread = Thread.currentThread();
    final @Nullable Waiter next;
    volatile boolean woken;

    Waiter(@Nullable Waiter next) {
      this.next = next;
    }
  }

  private final AtomicReference<@Nullable Waiter> head = new AtomicReference<>();
  // Entries whose threads went away by themselves; they lie in the list until the next wake-up.
  private final AtomicInteger abandoned = new AtomicInteger();

  /// Waits until woken, the word differs from `seen`, or `timeoutNanos` have passed.
  void await(IntSupplier word, int seen, long timeoutNanos) throws InterruptedException {
    long start = System.nanoTime();
    Waiter waiter = push();
    try {
      while (!waiter.woken && word.getAsInt() == seen) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (timeoutNanos == Long.MAX_VALUE) {
          // A virtual thread that parks for a time sets a timer first, and takes it back.
          LockSupport.park(this);
          continue;
        }
        long left = timeoutNanos - (System.nanoTime() - start);
        if (left <= 0) {
          return;
        }
        LockSupport.parkNanos(this, left);
      }
    } finally {
      leave(waiter);
    }
  }

  /// Wakes everybody; one read when there is nobody.
  void wakeAll() {
    if (head.get() == null) {
      return;
    }
    abandoned.set(0);
    for (Waiter w = head.getAndSet(null); w != null; w = w.next) {
      w.woken = true;
      LockSupport.unpark(w.thread);
    }
  }

  private Waiter push() {
    while (true) {
      Waiter first = head.get();
      Waiter mine = new Waiter(first);
      if (head.compareAndSet(first, mine)) {
        return mine;
      }
    }
  }

  private void leave(Waiter waiter) {
    if (waiter.woken || head.compareAndSet(waiter, waiter.next)) {
      return;
    }
    // Below others it cannot be taken out. So that a word which never changes does not collect
    // them, wake all once in a while: they look
    // at the word and come back.
    if (abandoned.incrementAndGet() > ABANDONED_LIMIT) {
      wakeAll();
    }
  }
}
