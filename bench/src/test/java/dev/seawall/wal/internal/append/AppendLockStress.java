// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.seawall.wal.WalOptions.ClaimLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// Two claims under the append lock: none is lost, and nobody waits for ever. A lost wake-up hangs
/// the test, which counts as a failure.
public final class AppendLockStress {
  private AppendLockStress() {}

  /// A count that only the lock protects.
  abstract static class Claims {
    private static final int CLAIMS = 3;

    private final AppendLock lock;
    private int next;

    Claims(AppendLock lock) {
      this.lock = lock;
    }

    void claim() {
      for (int i = 0; i < CLAIMS; i++) {
        lock.lock();
        next++;
        lock.unlock();
      }
    }

    int next() {
      return next;
    }
  }

  /// As a log has it when asked for.
  @JCStressTest
  @Outcome(id = "6", expect = ACCEPTABLE, desc = "every claim counts")
  @State
  public static class Spinning extends Claims {
    public Spinning() {
      super(AppendLock.of(ClaimLock.SPINNING));
    }

    @Actor
    public void first() {
      claim();
    }

    @Actor
    public void second() {
      claim();
    }

    @Arbiter
    public void sum(I_Result result) {
      result.r1 = next();
    }
  }

  /// Every wait parks, so every release has to wake.
  @JCStressTest
  @Outcome(id = "6", expect = ACCEPTABLE, desc = "every claim counts")
  @State
  public static class Parking extends Claims {
    public Parking() {
      super(AppendLock.spinning(0));
    }

    @Actor
    public void first() {
      claim();
    }

    @Actor
    public void second() {
      claim();
    }

    @Arbiter
    public void sum(I_Result result) {
      result.r1 = next();
    }
  }
}
