// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// When whole sealed segments below the floor are removed. Immutable.
///
/// The floor is the lowest of the checkpoint and of all pins; nothing at or above it is ever
/// removed. A log whose owner never reported a checkpoint has none, and then only
/// [WriteAheadLog#truncatePrefix] and a limit that was set here remove anything.
public final class Retention {
  private static final Retention KEEP = new Retention(Long.MAX_VALUE, null, false);

  private final long maxBytes;
  private final @Nullable Duration maxAge;
  private final boolean belowCheckpoint;

  private Retention(long maxBytes, @Nullable Duration maxAge, boolean belowCheckpoint) {
    this.maxBytes = maxBytes;
    this.maxAge = maxAge;
    this.belowCheckpoint = belowCheckpoint;
  }

  /// Removes nothing by itself.
  public static Retention keep() {
    return KEEP;
  }

  /// Also removes the oldest sealed segments while the sealed ones together are longer than this.
  public Retention withMaxBytes(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("maxBytes " + bytes + " must be positive");
    }
    return new Retention(bytes, maxAge, belowCheckpoint);
  }

  /// Also removes segments sealed longer ago than this.
  public Retention withMaxAge(Duration age) {
    if (age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException("maxAge " + age + " must be positive");
    }
    return new Retention(maxBytes, age, belowCheckpoint);
  }

  /// Also removes every segment wholly below the checkpoint as soon as one is reported.
  public Retention withBelowCheckpoint() {
    return new Retention(maxBytes, maxAge, true);
  }

  /// Returns the limit in bytes.
  public OptionalLong maxBytes() {
    return maxBytes == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(maxBytes);
  }

  /// Returns the limit in time since the seal.
  public Optional<Duration> maxAge() {
    return Optional.ofNullable(maxAge);
  }

  /// Returns whether segments below the checkpoint go at once.
  public boolean belowCheckpoint() {
    return belowCheckpoint;
  }
}
