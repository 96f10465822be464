// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.Machine;
import dev.seawall.io.Switch;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalOptions.ClaimLock;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// The append lock: whoever holds it claims index and place in [Appender] and copies. Two kinds, of
/// which a log has one; ADR 0011 compares them. Not to be taken again by its holder.
///
/// An interrupt does not end a wait; the flag is as it was when [#lock] returns.
abstract sealed class AppendLock {
  /// Makes the lock that a log's options ask for, unless the operator switched it off.
  static AppendLock of(WalOptions options, Machine machine) {
    return of(
        machine.switches().contains(Switch.USE_STD_LOCKS)
            ? ClaimLock.STANDARD
            : options.claimLock());
  }

  /// Makes a lock.
  static AppendLock of(ClaimLock kind) {
    return switch (kind) {
      case SPINNING -> spinning(Spinning.SPINS);
      case STANDARD -> new Standard();
    };
  }

  /// Makes one that tries so often before it parks; 0 in tests, where every wait is to park.
  static AppendLock spinning(int spins) {
    return new Spinning(spins);
  }

  /// Returns which kind it is.
  abstract ClaimLock kind();

  abstract void lock();

  abstract void unlock();

  /// The lock of `java.util.concurrent`.
  private static final class Standard extends AppendLock {
    private final ReentrantLock lock = new ReentrantLock();

    @Override
    ClaimLock kind() {
      return ClaimLock.STANDARD;
    }

    @Override
    void lock() {
      lock.lock();
      assert lock.getHoldCount() == 1 : "the append lock is taken once";
    }

    @Override
    void unlock() {
      lock.unlock();
    }
  }

  /// Tries for about a microsecond – as long as a claim takes –, then parks in a queue. A released
  /// lock is free for all: who comes just then need not wait for the first of the queue to wake,
  /// which takes fifty claims.
  ///
  /// A waiter enters the queue and *then* tries once more; the holder frees the lock and *then*
  /// looks at the queue. One of them sees the other, so no wake-up is lost.
  private static final class Spinning extends AppendLock {
    private static final int SPINS = 64;

    private final AtomicBoolean held = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Thread> waiters = new ConcurrentLinkedQueue<>();
    private final int spins;

    Spinning(int spins) {
      this.spins = spins;
    }

    @Override
    ClaimLock kind() {
      return ClaimLock.SPINNING;
    }

    @Override
    void lock() {
      if (!held.compareAndSet(false, true)) {
        spinThenPark();
      }
    }

    private boolean tryLock() {
      return !held.get() && held.compareAndSet(false, true);
    }

    private void spinThenPark() {
      for (int i = 0; i < spins; i++) {
        if (tryLock()) {
          return;
        }
        Thread.onSpinWait();
      }
      Thread me = Thread.currentThread();
      boolean interrupted = false;
      waiters.add(me);
      while (!tryLock()) {
        LockSupport.park(this);
        // Else park would return at once.
        interrupted |= Thread.interrupted();
      }
      waiters.remove(me);
      if (interrupted) {
        me.interrupt();
      }
    }

    @Override
    void unlock() {
      assert held.get() : "nobody holds the append lock";
      held.set(false);
      Thread first = waiters.peek();
      if (first != null) {
        LockSupport.unpark(first);
      }
    }
  }
}
