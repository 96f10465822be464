// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

/// When a database is looked at. All are looked at in the same moments: one awakening of the
/// process instead of hundreds. The longer nothing was committed, the fewer of them a database
/// takes part in.
final class PollGrid {
  private static final long QUIET_NANOS = 10_000_000_000L;
  private static final long LONG_QUIET_NANOS = 60_000_000_000L;

  private PollGrid() {}

  /// Returns how long it is until the next look.
  ///
  /// @param quietNanos since something was captured
  /// @param pollNanos between two looks at a busy database; four times that at most
  static long untilNext(long now, long quietNanos, long pollNanos) {
    int times = quietNanos > LONG_QUIET_NANOS ? 4 : quietNanos > QUIET_NANOS ? 2 : 1;
    long interval = pollNanos * times;
    return interval - Math.floorMod(now, interval);
  }
}
