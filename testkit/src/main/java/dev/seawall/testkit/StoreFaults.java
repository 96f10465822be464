// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/// How often a [SimObjectStore] misbehaves. Immutable.
///
/// Each number is a chance of one in so many calls, 0 for never. All but [#withCorruption] are
/// *honest*: they happen with every real store, and code that keeps its promises survives them.
public final class StoreFaults {
  private static final StoreFaults NONE = new StoreFaults(Map.of(), 0, 0);

  enum Chance {
    THROTTLED,
    FAILED,
    LOST_REPLY,
    LATE_EFFECT,
    CUT_BODY,
    CRASH,
    CORRUPTION
  }

  private final Map<Chance, Integer> oneIn;
  private final long maxLatencyNanos;
  private final long lateListingNanos;

  private StoreFaults(Map<Chance, Integer> oneIn, long maxLatencyNanos, long lateListingNanos) {
    this.oneIn = Map.copyOf(oneIn);
    this.maxLatencyNanos = maxLatencyNanos;
    this.lateListingNanos = lateListingNanos;
  }

  /// Returns the store that never fails and takes no time.
  public static StoreFaults none() {
    return NONE;
  }

  /// Draws an honest store: some do nearly everything wrong, some nearly nothing.
  public static StoreFaults honest(Seed seed) {
    RandomGenerator random = seed.random("store faults");
    StoreFaults faults =
        none()
            .withLatencyNanos(1 + random.nextLong(200_000_000L))
            .withLateListingNanos(random.nextBoolean() ? 0 : random.nextLong(5_000_000_000L));
    for (Chance chance : Chance.values()) {
      if (chance != Chance.CORRUPTION && chance != Chance.CRASH && random.nextInt(3) > 0) {
        faults = faults.with(chance, 3 + random.nextInt(30));
      }
    }
    return faults;
  }

  /// Returns faults that differ in how often the store asks for fewer requests; not done.
  public StoreFaults withThrottling(int oneIn) {
    return with(Chance.THROTTLED, oneIn);
  }

  /// Returns faults that differ in how often the store fails before anything happened.
  public StoreFaults withFailures(int oneIn) {
    return with(Chance.FAILED, oneIn);
  }

  /// Returns faults that differ in how often the call succeeds and the caller is told *unknown*.
  public StoreFaults withLostReplies(int oneIn) {
    return with(Chance.LOST_REPLY, oneIn);
  }

  /// Returns faults that differ in how often a put or delete is told *unknown* and happens later,
  /// up to a minute; its condition is looked at then.
  public StoreFaults withLateEffects(int oneIn) {
    return with(Chance.LATE_EFFECT, oneIn);
  }

  /// Returns faults that differ in how often the body of a read ends early.
  public StoreFaults withCutBodies(int oneIn) {
    return with(Chance.CUT_BODY, oneIn);
  }

  /// Returns faults that differ in how often the caller's machine dies, before the call's effect or
  /// after it.
  public StoreFaults withCrashes(int oneIn) {
    return with(Chance.CRASH, oneIn);
  }

  /// Returns faults that differ in how often a byte of what is put is changed in silence.
  /// Dishonest: it must be noticed, not survived.
  public StoreFaults withCorruption(int oneIn) {
    return with(Chance.CORRUPTION, oneIn);
  }

  /// Returns faults that differ in the longest time of one call, in nanoseconds; other workers run
  /// meanwhile.
  public StoreFaults withLatencyNanos(long nanos) {
    return new StoreFaults(oneIn, nanos, lateListingNanos);
  }

  /// Returns faults that differ in how long a listing may not show a put or a deletion, in
  /// nanoseconds.
  public StoreFaults withLateListingNanos(long nanos) {
    return new StoreFaults(oneIn, maxLatencyNanos, nanos);
  }

  StoreFaults with(Chance chance, int calls) {
    if (calls < 0) {
      throw new IllegalArgumentException("one in " + calls);
    }
    Map<Chance, Integer> copy = new HashMap<>(oneIn);
    copy.put(chance, calls);
    return new StoreFaults(copy, maxLatencyNanos, lateListingNanos);
  }

  boolean draw(Chance chance, RandomGenerator random) {
    int calls = oneIn.getOrDefault(chance, 0);
    return calls > 0 && random.nextInt(calls) == 0;
  }

  long maxLatencyNanos() {
    return maxLatencyNanos;
  }

  long lateListingNanos() {
    return lateListingNanos;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Chance chance : Chance.values()) {
      int calls = oneIn.getOrDefault(chance, 0);
      if (calls > 0) {
        text.append(chance).append(" 1/").append(calls).append(' ');
      }
    }
    return text.append("latency ")
        .append(maxLatencyNanos)
        .append(" ns, listing late ")
        .append(lateListingNanos)
        .append(" ns")
        .toString();
  }
}
