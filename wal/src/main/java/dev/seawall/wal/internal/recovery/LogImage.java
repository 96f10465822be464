// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a log directory holds, found without changing a byte.
///
/// @param sealed the sealed segments that are kept, oldest first, damaged ones included
/// @param tail the newest segment that holds frames
/// @param torn what is behind the cut and not kept; null when the log ends cleanly
/// @param cut where its kept frames end
/// @param lastIndex the last record kept
/// @param greatestTimestamp of the tail's records, or more
/// @param promise the highest promise
/// @param epoch the epoch at the cut
/// @param highestEpoch of any valid frame
/// @param highestSegment of any file or log state
/// @param state the last log state
/// @param seal of the tail; null when it is not sealed
/// @param successor the waiting file that the seal names
/// @param unfinished a suffix truncation to be finished
/// @param beyondCut segments that an unfinished truncation removes, the one that holds its CUT
///   frame last
/// @param orphans files that are not part of the log any more, or not yet
public record LogImage(
    List<Segment> sealed,
    Segment tail,
    @Nullable Torn torn,
    long cut,
    long lastIndex,
    long greatestTimestamp,
    Promise promise,
    long epoch,
    long highestEpoch,
    long highestSegment,
    LogState state,
    ControlFrames.@Nullable Seal seal,
    SegmentFiles.@Nullable Entry successor,
    ControlFrames.@Nullable Cut unfinished,
    List<SegmentFiles.Entry> beyondCut,
    List<SegmentFiles.Entry> orphans) {
  /// What stands behind the cut and is not kept.
  ///
  /// @param bytes from the cut to the end of what is known to have been written
  /// @param frames whole record frames among them
  /// @param firstIndex the lowest index of those; 0 when there is none
  public record Torn(long bytes, long frames, long firstIndex) {}

  public LogImage {
    sealed = List.copyOf(sealed);
    beyondCut = List.copyOf(beyondCut);
    orphans = List.copyOf(orphans);
  }

  /// Returns the log id's first half.
  public long logIdHigh() {
    return tail.key().logIdHigh();
  }

  /// Returns the log id's second half.
  public long logIdLow() {
    return tail.key().logIdLow();
  }
}
