// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.TimeSource;
import java.util.random.RandomGenerator;

/// A clock that moves only when somebody asks, or when nothing else can happen. Confined to the
/// simulation's thread.
///
/// The monotonic clock starts anywhere in the range of a `long` and starts anywhere again in every
/// incarnation, so that code which compares two of its values without subtracting them, or keeps
/// one on disk, is found. The wall clock starts at 2026-01-01T00:00Z, goes on over deaths, and
/// jumps when asked.
public final class SimTime implements TimeSource {
  private static final long WALL_START_MILLIS = 1_767_225_600_000L;
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private long elapsedNanos;
  private long originNanos;
  private long wallJumpMillis;

  SimTime(RandomGenerator random) {
    originNanos = random.nextLong();
  }

  void restart(RandomGenerator random) {
    originNanos = random.nextLong();
  }

  @Override
  public long nanoTime() {
    return originNanos + elapsedNanos;
  }

  @Override
  public long wallMillis() {
    return WALL_START_MILLIS + elapsedNanos / NANOS_PER_MILLI + wallJumpMillis;
  }

  /// Returns the nanoseconds since the simulation began, over all incarnations; never goes back.
  public long elapsedNanos() {
    return elapsedNanos;
  }

  /// Moves both clocks forward, and runs nobody: [SimScheduler#runFor] does.
  ///
  /// @throws IllegalArgumentException when `nanos` is negative
  public void advance(long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException("advance by " + nanos + " ns");
    }
    elapsedNanos = Math.addExact(elapsedNanos, nanos);
  }

  /// Makes the wall clock alone jump by `millis`, either way.
  public void jumpWall(long millis) {
    wallJumpMillis += millis;
  }
}
