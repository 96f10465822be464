// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a STATE frame restates. Immutable.
///
/// @param firstIndexKept records below it are truncated
/// @param firstSegmentKept files below it are left-overs
/// @param highestSegment no number up to it is given to a new file
/// @param segmentFirstIndex the index of the first record of the segment that holds the frame
/// @param predecessor the segment before it; 0 when there is none
/// @param predecessorSalt that segment's salt
/// @param predecessorEnd where it ends, its SEAL included
/// @param predecessorFirstIndex the index of its first record
/// @param checkpoint below it the log's owner needs nothing more; 0 when never reported
/// @param pins the lowest index that each named owner needs
public record LogState(
    long firstIndexKept,
    long firstSegmentKept,
    long highestSegment,
    long segmentFirstIndex,
    long predecessor,
    long predecessorSalt,
    long predecessorEnd,
    long predecessorFirstIndex,
    long checkpoint,
    SortedMap<String, Long> pins) {

  public LogState {
    pins = Collections.unmodifiableSortedMap(new TreeMap<>(pins));
    if (pins.size() > Layout.MAX_PINS) {
      throw new IllegalArgumentException(pins.size() + " pins, at most " + Layout.MAX_PINS);
    }
  }
}
