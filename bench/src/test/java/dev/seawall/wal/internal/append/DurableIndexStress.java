// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.seawall.io.Scheduler;
import dev.seawall.io.internal.StressWords;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/// The durable position: published by the leader, read by anybody, waited for by appenders. A lost
/// wake-up hangs the test, which counts as a failure.
public final class DurableIndexStress {
  private DurableIndexStress() {}

  /// Whoever sees a group durable sees its records durable.
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "the index comes first")
  @State
  public static class Order {
    private static final int GROUPS = 32;

    private final Waiters waiters = new Waiters(StressWords.parking(), 0);

    @Actor
    public void leader() {
      for (int group = 1; group <= GROUPS; group++) {
        waiters.advance(group, group, group);
      }
    }

    @Actor
    public void reader(I_Result result) {
      for (int i = 0; i < GROUPS; i++) {
        long seq = waiters.durableSeq();
        if (waiters.durableIndex() < seq) {
          result.r1++;
        }
      }
    }
  }

  /// An appender that waits for the second of two groups, or for a failure.
  abstract static class Wait {
    private final Waiters waiters;
    private volatile boolean failed;

    Wait(Scheduler words) {
      waiters = new Waiters(words, 0);
    }

    void advance() {
      waiters.advance(1, 3, 100);
      waiters.advance(2, 7, 200);
    }

    void fail() {
      failed = true;
      waiters.wakeAll();
    }

    long await() {
      try {
        waiters.await(2, () -> failed);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return waiters.durableIndex();
    }
  }

  /// Threads that park.
  @JCStressTest
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "woken when it is durable")
  @State
  public static class Parked extends Wait {
    public Parked() {
      super(StressWords.parking());
    }

    @Actor
    public void leader() {
      advance();
    }

    @Actor
    public void appender(J_Result result) {
      result.r1 = await();
    }
  }

  /// Threads that sleep in the kernel.
  @JCStressTest
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "woken when it is durable")
  @State
  public static class Asleep extends Wait {
    public Asleep() {
      super(StressWords.futex());
    }

    @Actor
    public void leader() {
      advance();
    }

    @Actor
    public void appender(J_Result result) {
      result.r1 = await();
    }
  }

  /// The log fails meanwhile.
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "woken, and not durable")
  @State
  public static class Failing extends Wait {
    public Failing() {
      super(StressWords.futex());
    }

    @Actor
    public void leader() {
      fail();
    }

    @Actor
    public void appender(J_Result result) {
      result.r1 = await();
    }
  }
}
