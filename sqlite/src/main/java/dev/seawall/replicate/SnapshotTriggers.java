// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

/// Says when a snapshot of level 9 is due; nothing is due while nothing has changed. Confined to
/// the follower's steps.
final class SnapshotTriggers {
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final ReplicatorOptions options;
  private long storedNanos;
  private boolean changed;
  private long frames;
  private long firstChangeNanos;
  private long lastChangeNanos;

  SnapshotTriggers(ReplicatorOptions options, long now) {
    this.options = options;
    this.storedNanos = now;
  }

  /// Something was captured.
  ///
  /// @param its frames of the WAL; 0 when all pages were captured
  void captured(long its, long now) {
    if (!changed) {
      firstChangeNanos = now;
    }
    changed = true;
    frames += its;
    lastChangeNanos = now;
  }

  /// A snapshot begins: it covers all that was captured.
  void begun() {
    changed = false;
    frames = 0;
  }

  /// A snapshot is in the replica.
  void stored(long now) {
    storedNanos = now;
  }

  boolean isDue(long now) {
    return changed
        && (isOver(options.snapshotIntervalMillis(), storedNanos, now)
            || isOver(options.snapshotMaxIntervalMillis(), firstChangeNanos, now)
            || isOver(options.snapshotIdleMillis(), lastChangeNanos, now)
            || (options.snapshotMaxFrames() > 0 && frames >= options.snapshotMaxFrames()));
  }

  private static boolean isOver(long millis, long since, long now) {
    return millis > 0 && now - since >= millis * NANOS_PER_MILLI;
  }
}
