// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// Copies of what the other stress tests watch, each with one plausible mistake. All of them must
/// fail: else the tests see nothing.
public final class BrokenStress {
  private BrokenStress() {}

  /// A spinning lock whose holder looks at the queue first and frees the lock then.
  @JCStressTest
  @Outcome(id = "6", expect = ACCEPTABLE, desc = "every claim counts")
  @State
  public static class LooksThenFrees {
    private final AtomicBoolean held = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Thread> waiters = new ConcurrentLinkedQueue<>();
    private int next;

    @Actor
    public void first() {
      claim();
    }

    @Actor
    public void second() {
      claim();
    }

    private void claim() {
      for (int i = 0; i < 3; i++) {
        lock();
        next++;
        unlock();
      }
    }

    private void lock() {
      if (held.compareAndSet(false, true)) {
        return;
      }
      Thread me = Thread.currentThread();
      waiters.add(me);
      while (!held.compareAndSet(false, true)) {
        LockSupport.park(this);
      }
      waiters.remove(me);
    }

    private void unlock() {
      Thread first = waiters.peek();
      held.set(false);
      if (first != null) {
        LockSupport.unpark(first);
      }
    }

    @Arbiter
    public void sum(I_Result result) {
      result.r1 = next;
    }
  }

  /// A lock that looks whether it is free and takes it in two steps.
  @JCStressTest
  @Outcome(id = "6", expect = ACCEPTABLE, desc = "every claim counts")
  @State
  public static class LooksThenTakes {
    private volatile boolean held;
    private int next;

    @Actor
    public void first() {
      claim();
    }

    @Actor
    public void second() {
      claim();
    }

    private void claim() {
      for (int i = 0; i < 3; i++) {
        while (held) {
          Thread.onSpinWait();
        }
        held = true;
        next++;
        held = false;
      }
    }

    @Arbiter
    public void sum(I_Result result) {
      result.r1 = next;
    }
  }

  /// A leader that publishes the group before its last index.
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "the index comes first")
  @State
  public static class GroupBeforeIndex {
    private static final int GROUPS = 32;

    private volatile long durableSeq;
    private volatile long durableIndex;

    @Actor
    public void leader() {
      for (int group = 1; group <= GROUPS; group++) {
        durableSeq = group;
        durableIndex = group;
      }
    }

    @Actor
    public void reader(I_Result result) {
      for (int i = 0; i < GROUPS; i++) {
        long seq = durableSeq;
        if (durableIndex < seq) {
          result.r1++;
        }
      }
    }
  }
}
