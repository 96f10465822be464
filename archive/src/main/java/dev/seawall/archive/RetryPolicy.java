// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.objects.ObjectStoreException;
import java.util.random.RandomGenerator;

/// When a failed call is made again: full jitter, `random(0, min(cap, base · 2^failures))`.
/// Immutable.
///
/// What is tried again is decided by [ObjectStoreException#isTransient], never by text. Source of
/// the formula: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
public final class RetryPolicy {
  private static final RetryPolicy DEFAULTS = new RetryPolicy(6, 100, 30_000);
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final int maxAttempts;
  private final long baseMillis;
  private final long maxDelayMillis;

  private RetryPolicy(int maxAttempts, long baseMillis, long maxDelayMillis) {
    this.maxAttempts = maxAttempts;
    this.baseMillis = baseMillis;
    this.maxDelayMillis = maxDelayMillis;
  }

  /// Six attempts, from 100 ms up to 30 s.
  public static RetryPolicy defaults() {
    return DEFAULTS;
  }

  /// Returns a policy that differs in how often a call is made in all, at least 1.
  public RetryPolicy withMaxAttempts(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException(attempts + " attempts, expected 1 or more");
    }
    return new RetryPolicy(attempts, baseMillis, maxDelayMillis);
  }

  /// Returns a policy that differs in the longest delay after the first failure, in milliseconds.
  public RetryPolicy withBaseMillis(long millis) {
    if (millis < 1) {
      throw new IllegalArgumentException("base of " + millis + " ms, expected 1 or more");
    }
    return new RetryPolicy(maxAttempts, millis, Math.max(millis, maxDelayMillis));
  }

  /// Returns a policy that differs in the longest delay of all, in milliseconds.
  public RetryPolicy withMaxDelayMillis(long millis) {
    if (millis < baseMillis) {
      throw new IllegalArgumentException(
          "at most " + millis + " ms, expected at least the base, " + baseMillis + " ms");
    }
    return new RetryPolicy(maxAttempts, baseMillis, millis);
  }

  /// Returns how often a call is made in all.
  public int maxAttempts() {
    return maxAttempts;
  }

  /// Returns the longest delay, in milliseconds.
  public long maxDelayMillis() {
    return maxDelayMillis;
  }

  /// Returns whether a call that has failed `failures` times, lastly with `failure`, is made again.
  public boolean triesAgain(ObjectStoreException failure, int failures) {
    return failure.isTransient() && failures < maxAttempts;
  }

  /// Draws the delay after `failures` failures in a row, in nanoseconds.
  ///
  /// @throws IllegalArgumentException when `failures` is below 1
  public long delayNanos(int failures, RandomGenerator random) {
    if (failures < 1) {
      throw new IllegalArgumentException("delay after " + failures + " failures");
    }
    int doublings = Math.min(failures - 1, 40);
    long most = baseMillis > maxDelayMillis >> doublings ? maxDelayMillis : baseMillis << doublings;
    return random.nextLong(most * NANOS_PER_MILLI + 1);
  }
}
