// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// SQLite's running checksum: two words, fed with pairs of 32-bit words. Confined to one thread.
///
/// Source: `walChecksumBytes` in `src/wal.c`.
final class WalChecksum {
  private static final ValueLayout.OfInt LITTLE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt BIG =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final ByteOrder order;
  private int first;
  private int second;

  /// @param order of the words that are fed
  WalChecksum(ByteOrder order) {
    this.order = order;
  }

  /// Goes on from two words.
  void start(int one, int two) {
    first = one;
    second = two;
  }

  /// Adds bytes; their number is a multiple of 8.
  void update(MemorySegment bytes, long from, long length) {
    assert (length & 7) == 0;
    ValueLayout.OfInt word = order == ByteOrder.LITTLE_ENDIAN ? LITTLE : BIG;
    int one = first;
    int two = second;
    for (long at = from; at < from + length; at += 8) {
      one += bytes.get(word, at) + two;
      two += bytes.get(word, at + 4) + one;
    }
    first = one;
    second = two;
  }

  int first() {
    return first;
  }

  int second() {
    return second;
  }

  boolean is(int one, int two) {
    return first == one && second == two;
  }
}
