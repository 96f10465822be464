// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// How a lease is kept. Immutable.
///
/// The holder stops at half of the time to live without a renewal; a rival waits for all of it and
/// the margin. What lies between is room for calls under way and for clocks of different speed.
public final class LeaseOptions {
  private static final long DEFAULT_TTL_MILLIS = 30_000;

  private final String owner;
  private final long ttlMillis;
  private final long marginMillis;
  private final boolean restsWhenIdle;

  private LeaseOptions(String owner, long ttlMillis, long marginMillis, boolean restsWhenIdle) {
    this.owner = owner;
    this.ttlMillis = ttlMillis;
    this.marginMillis = marginMillis;
    this.restsWhenIdle = restsWhenIdle;
  }

  /// Thirty seconds, as Litestream's, and a margin of fifteen.
  ///
  /// @param owner names the holder for people: host, process, what for; printable ASCII
  public static LeaseOptions of(String owner) {
    if (!owner.matches("[ -~]{1,200}")) {
      throw new IllegalArgumentException("'" + owner + "' is not a plain name for an owner");
    }
    return new LeaseOptions(owner.strip(), DEFAULT_TTL_MILLIS, DEFAULT_TTL_MILLIS / 2, false);
  }

  /// Returns options that differ in the time to live, in milliseconds; the margin is half of it.
  public LeaseOptions withTtlMillis(long millis) {
    if (millis < 1000) {
      throw new IllegalArgumentException("time to live of " + millis + " ms, at least 1000");
    }
    return new LeaseOptions(owner, millis, millis / 2, restsWhenIdle);
  }

  /// Returns options that differ in the margin, in milliseconds.
  public LeaseOptions withMarginMillis(long millis) {
    if (millis < 0) {
      throw new IllegalArgumentException("margin of " + millis + " ms");
    }
    return new LeaseOptions(owner, ttlMillis, millis, restsWhenIdle);
  }

  /// Returns options of another holder, by its name for people.
  public LeaseOptions withOwner(String name) {
    LeaseOptions other = of(name);
    return new LeaseOptions(other.owner, ttlMillis, marginMillis, restsWhenIdle);
  }

  /// Returns options that differ in what the holder does while nothing waits to be written: renew
  /// all the same, or rest. One that rests costs no request, and somebody else may take over once
  /// the time to live and the margin are over; the holder learns of it when it wants to write next,
  /// before it writes.
  public LeaseOptions withRestWhenIdle(boolean rests) {
    return new LeaseOptions(owner, ttlMillis, marginMillis, rests);
  }

  /// Returns the name of the holder.
  public String owner() {
    return owner;
  }

  /// Returns whether the holder rests while nothing waits to be written.
  public boolean restsWhenIdle() {
    return restsWhenIdle;
  }

  /// Returns the time to live, in milliseconds.
  public long ttlMillis() {
    return ttlMillis;
  }

  /// Returns the margin, in milliseconds.
  public long marginMillis() {
    return marginMillis;
  }
}
