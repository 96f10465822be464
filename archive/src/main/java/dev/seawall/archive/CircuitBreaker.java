// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.TimeSource;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;

/// Keeps everybody from calling a store that does not work. Thread-safe.
///
/// ```
///   CLOSED ── threshold failures in a row ──► OPEN ── cool-down over ──► HALF_OPEN
///     ▲                                        ▲                           │
///     └───────────── the trial succeeds ───────┼───────────────────────────┤
///                                              └──── the trial fails ──────┘
/// ```
///
/// Half open lets exactly one call through, the *trial*. When it fails, the cool-down begins anew;
/// when nobody tells how it ended, another trial is let through after one more cool-down. A success
/// of a call that began before the breaker opened does not close it. Refusals that show a working
/// store – a condition that does not hold, a missing object – count as success.
public final class CircuitBreaker {
  /// Where it is.
  public enum State {
    /// Calls are let through.
    CLOSED,
    /// None is.
    OPEN,
    /// One is.
    HALF_OPEN
  }

  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final TimeSource time;
  private final int threshold;
  private final long cooldownNanos;

  // All guarded by this.
  private int failuresInARow;
  private long openings;
  private boolean open;
  private long openedNanos;
  private @Nullable Permit trial;
  private long trialNanos;

  /// The right to make one call. Its holder tells how the call ended, once.
  public final class Permit {
    private final long opening;
    private boolean told;

    private Permit(long opening) {
      this.opening = opening;
    }

    /// The store answered.
    public void succeeded() {
      ended(this, false);
    }

    /// The call failed.
    public void failed(ObjectStoreException failure) {
      ended(this, failure.kind() == Kind.UNAVAILABLE || failure.kind() == Kind.THROTTLED);
    }
  }

  /// Makes a closed breaker.
  ///
  /// @param threshold failures in a row that open it, at least 1
  /// @param cooldownMillis how long it stays open before a trial
  public CircuitBreaker(TimeSource time, int threshold, long cooldownMillis) {
    if (threshold < 1 || cooldownMillis < 1) {
      throw new IllegalArgumentException(
          "threshold " + threshold + ", cool-down " + cooldownMillis + " ms");
    }
    this.time = time;
    this.threshold = threshold;
    this.cooldownNanos = cooldownMillis * NANOS_PER_MILLI;
  }

  /// Makes a closed breaker: ten failures in a row, sixty seconds.
  public static CircuitBreaker withDefaults(TimeSource time) {
    return new CircuitBreaker(time, 10, 60_000);
  }

  /// Asks to make one call; null means not now, see [#waitNanos].
  public synchronized @Nullable Permit tryAcquire() {
    if (!open) {
      return new Permit(openings);
    }
    if (waitNanos() > 0) {
      return null;
    }
    Permit next = new Permit(openings);
    trial = next;
    trialNanos = time.nanoTime();
    return next;
  }

  /// Returns in how many nanoseconds it is worth asking; 0 for now.
  public synchronized long waitNanos() {
    if (!open) {
      return 0;
    }
    long since = time.nanoTime() - (trial == null ? openedNanos : trialNanos);
    return Math.max(0, cooldownNanos - since);
  }

  /// Returns where it is.
  public synchronized State state() {
    if (!open) {
      return State.CLOSED;
    }
    return trial == null && waitNanos() > 0 ? State.OPEN : State.HALF_OPEN;
  }

  /// Returns how often it has opened, trials that failed included.
  public synchronized long openings() {
    return openings;
  }

  private synchronized void ended(Permit permit, boolean failure) {
    if (permit.told) {
      throw new IllegalStateException("the end of this call was told before");
    }
    permit.told = true;
    if (open) {
      if (permit == trial) {
        trial = null;
        if (failure) {
          opens();
        } else {
          open = false;
          failuresInARow = 0;
        }
      }
      return;
    }
    if (permit.opening != openings) {
      // It began before the breaker opened and closed again: old news.
      return;
    }
    failuresInARow = failure ? failuresInARow + 1 : 0;
    if (failuresInARow >= threshold) {
      opens();
    }
  }

  private void opens() {
    open = true;
    openings++;
    openedNanos = time.nanoTime();
    trial = null;
  }
}
