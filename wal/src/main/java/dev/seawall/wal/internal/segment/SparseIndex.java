// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.wal.internal.frame.Layout;
import java.util.Arrays;

/// Some places of one segment from which a scan may start: about one per [#STRIDE] bytes.
/// Thread-safe.
///
/// A cache: an entry says that the frame at a position is where a reader for an index, or for a
/// time, may begin. Without any entry the scan begins at the first frame.
public final class SparseIndex {
  /// Bytes between two entries, at least.
  public static final int STRIDE = 64 << 10;

  private long[] indexes = new long[8];
  private long[] positions = new long[8];
  private long[] greatestBefore = new long[8];
  private int size;
  private long greatest = Long.MIN_VALUE;

  /// Notes a frame that begins a group or stands on a batch boundary; ignored when too near to the
  /// last one.
  ///
  /// @param nextIndex the index of the first record at or behind it
  /// @param position of the frame
  /// @param greatestTimestamp of all records of the segment before it
  public synchronized void add(long nextIndex, long position, long greatestTimestamp) {
    greatest = Math.max(greatest, greatestTimestamp);
    long last = size == 0 ? Layout.FIRST_FRAME : positions[size - 1];
    if (position < last + STRIDE) {
      return;
    }
    if (size == indexes.length) {
      indexes = Arrays.copyOf(indexes, size * 2);
      positions = Arrays.copyOf(positions, size * 2);
      greatestBefore = Arrays.copyOf(greatestBefore, size * 2);
    }
    indexes[size] = nextIndex;
    positions[size] = position;
    greatestBefore[size] = greatest;
    size++;
  }

  /// Returns where a scan for a record begins.
  public synchronized long positionFor(long index) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (indexes[middle] <= index) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? Layout.FIRST_FRAME : positions[low - 1];
  }

  /// Returns where a scan for the first record with a timestamp of at least `timestamp` begins.
  public synchronized long positionForTime(long timestamp) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (greatestBefore[middle] < timestamp) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? Layout.FIRST_FRAME : positions[low - 1];
  }

  /// Forgets every entry at or behind a position.
  public synchronized void cutAt(long position) {
    while (size > 0 && positions[size - 1] >= position) {
      size--;
    }
    greatest = size == 0 ? Long.MIN_VALUE : greatestBefore[size - 1];
  }

  /// Returns a copy as flat words, three per entry: index, position, greatest timestamp before it.
  public synchronized long[] toWords() {
    long[] words = new long[size * 3];
    for (int i = 0; i < size; i++) {
      words[i * 3] = indexes[i];
      words[i * 3 + 1] = positions[i];
      words[i * 3 + 2] = greatestBefore[i];
    }
    return words;
  }

  /// Adds entries as [#toWords] returned them, when there are none yet.
  public synchronized void load(long[] words) {
    if (size > 0) {
      return;
    }
    for (int i = 0; i + 2 < words.length; i += 3) {
      add(words[i], words[i + 1], words[i + 2]);
    }
  }

  /// Returns the number of entries.
  public synchronized int size() {
    return size;
  }
}
