// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A fuzzer's bytes as a stream of choices. Behind their end stand zeros, so that short inputs mean
/// something simple, or numbers drawn from the bytes, so that they mean something long.
final class FuzzBytes implements RandomGenerator {
  private final byte[] bytes;
  private final @Nullable SplittableRandom behind;
  private int next;

  FuzzBytes(byte[] bytes) {
    this(bytes, false);
  }

  FuzzBytes(byte[] bytes, boolean drawn) {
    this.bytes = bytes;
    this.behind = drawn ? new SplittableRandom(Arrays.hashCode(bytes)) : null;
  }

  boolean more() {
    return next < bytes.length;
  }

  /// Returns the next byte, 0 to 255.
  int one() {
    if (next < bytes.length) {
      return bytes[next++] & 0xFF;
    }
    return behind == null ? 0 : behind.nextInt(256);
  }

  /// Returns a number of up to eight bytes: the first says how many, so that small numbers, and the
  /// edges of the types, are near.
  long number() {
    int kind = one();
    return switch (kind >>> 5) {
      case 0 -> kind & 31;
      case 1 -> -(long) (kind & 31);
      case 2 -> (1L << (kind & 31)) - 1;
      case 3 -> (1L << (32 + (kind & 31))) - 1;
      default -> {
        long value = 0;
        for (int i = kind & 7; i >= 0; i--) {
          value = value << 8 | one();
        }
        yield value;
      }
    };
  }

  /// Returns a number from 0 to `bound` - 1.
  int below(int bound) {
    int value = one();
    if (bound > 256) {
      value = value << 8 | one();
    }
    if (bound > 65536) {
      value = (value << 8 | one()) & Integer.MAX_VALUE;
    }
    return value % bound;
  }

  byte[] rest() {
    byte[] rest = Arrays.copyOfRange(bytes, Math.min(next, bytes.length), bytes.length);
    next = bytes.length;
    return rest;
  }

  @Override
  public int nextInt(int bound) {
    return below(bound);
  }

  @Override
  public boolean nextBoolean() {
    return (one() & 1) != 0;
  }

  @Override
  public long nextLong() {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | one();
    }
    return value;
  }
}
