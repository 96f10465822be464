// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The segments that hold frames, oldest first, the active one last. Immutable: the writer swaps
/// it, readers keep theirs.
///
/// @param segments at least one
/// @param firstIndexKept records below it are truncated
public record SegmentSet(List<Segment> segments, long firstIndexKept) {
  public SegmentSet {
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("no segment");
    }
  }

  /// Returns the active segment, or the last one of a log that is only read.
  public Segment active() {
    return segments.getLast();
  }

  /// Returns the segment whose range holds `index`; null when it lies before the first one. An
  /// index behind the end gives the last.
  public @Nullable Segment holding(long index) {
    int low = 0;
    int high = segments.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).firstIndex() <= index) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    // Segments without records share a first index with their successor: the last of them holds it.
    return low == 0 ? null : segments.get(low - 1);
  }

  /// Returns the segment behind one of this number; null when it is the last or unknown.
  public @Nullable Segment after(long number) {
    for (Segment segment : segments) {
      if (segment.number() > number) {
        return segment;
      }
    }
    return null;
  }

  /// Returns the segment of this number; null when there is none.
  public @Nullable Segment byNumber(long number) {
    for (Segment segment : segments) {
      if (segment.number() == number) {
        return segment;
      }
    }
    return null;
  }

  /// Returns the set after a roll.
  public SegmentSet roll(Segment sealed, Segment next) {
    List<Segment> changed = new ArrayList<>(segments);
    changed.set(changed.size() - 1, sealed);
    changed.add(next);
    return new SegmentSet(changed, firstIndexKept);
  }

  /// Returns the set with one segment replaced.
  public SegmentSet replace(Segment changedSegment) {
    List<Segment> changed = new ArrayList<>(segments);
    changed.replaceAll(s -> s.number() == changedSegment.number() ? changedSegment : s);
    return new SegmentSet(changed, firstIndexKept);
  }

  /// Returns the set without the segments below a number.
  public SegmentSet dropBelow(long number, long newFirstIndexKept) {
    return new SegmentSet(
        segments.stream().filter(s -> s.number() >= number).toList(), newFirstIndexKept);
  }

  /// Returns the set cut back to a segment that is active again.
  public SegmentSet cutTo(Segment active) {
    List<Segment> changed =
        new ArrayList<>(segments.stream().filter(s -> s.number() < active.number()).toList());
    changed.add(active);
    return new SegmentSet(changed, firstIndexKept);
  }
}
