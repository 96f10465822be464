// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// SQLite's running checksum: two words, fed with pairs of 32-bit words. Confined to one thread.
///
/// The words are copied into an array first, many at once: `seawall watch` runs without the
/// optimising compiler, where each access to a segment costs ten times as much as one to an array.
///
/// Source: `walChecksumBytes` in `src/wal.c`.
final class WalChecksum {
  private static final ValueLayout.OfInt LITTLE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt BIG =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int MOST_WORDS = 1024;

  private final ValueLayout.OfInt word;
  private int[] words = new int[16];
  private int first;
  private int second;

  /// @param order of the words that are fed
  WalChecksum(ByteOrder order) {
    this.word = order == ByteOrder.LITTLE_ENDIAN ? LITTLE : BIG;
  }

  /// Goes on from two words.
  void start(int one, int two) {
    first = one;
    second = two;
  }

  /// Adds bytes; their number is a multiple of 8.
  void update(MemorySegment bytes, long from, long length) {
    assert (length & 7) == 0;
    long left = length / Integer.BYTES;
    if (words.length < Math.min(left, MOST_WORDS)) {
      words = new int[MOST_WORDS];
    }
    for (long at = from; left > 0; ) {
      int count = (int) Math.min(left, words.length);
      MemorySegment.copy(bytes, word, at, words, 0, count);
      add(words, count);
      at += (long) count * Integer.BYTES;
      left -= count;
    }
  }

  private void add(int[] from, int count) {
    int one = first;
    int two = second;
    for (int at = 0; at < count; at += 2) {
      one += from[at] + two;
      two += from[at + 1] + one;
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
