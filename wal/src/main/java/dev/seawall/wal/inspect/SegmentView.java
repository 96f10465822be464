// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One segment file as it was found. Immutable.
///
/// @param number the segment number
/// @param file its path; of a missing one a pattern
/// @param bytes the file's length
/// @param kind what it is to the log
/// @param header its header; null when that cannot be read
/// @param firstIndex the index of its first record, whether or not it has one; 0 when unknown
/// @param lastIndex its last record; `firstIndex - 1` when it has none, 0 when unknown
/// @param end the position where its frames end; 0 when unknown
/// @param epoch the epoch of its last frame; 0 when unknown
/// @param seal its seal; null when it has none
/// @param promise the highest promise that was read in it; null when none. Of a sealed segment
///   first frame and seal are read
/// @param state the last log state that was read in it; null when none
/// @param problem why it is damaged or left over, in words; empty when nothing is wrong
public record SegmentView(
    long number,
    Path file,
    long bytes,
    Kind kind,
    @Nullable Header header,
    long firstIndex,
    long lastIndex,
    long end,
    long epoch,
    @Nullable Seal seal,
    @Nullable Promise promise,
    @Nullable State state,
    String problem) {

  /// What a file is to the log.
  public enum Kind {
    /// Immutable, part of the log.
    SEALED,
    /// The one that accepts, or accepted, appends.
    ACTIVE,
    /// Prepared, without a frame.
    WAITING,
    /// Being prepared; its name says `-pre`.
    PREPARING,
    /// Left over: below the first segment kept, behind an unfinished truncation, or reached by no
    /// chain. The next open for writing removes it.
    ORPHAN,
    /// Part of the log, as far as one can tell, and not readable as a whole.
    DAMAGED,
    /// Part of the log, and no file of that number is there.
    MISSING
  }

  /// Block 0.
  ///
  /// @param version of the format
  /// @param features bits
  /// @param logId 32 hexadecimal digits
  /// @param salt of this use of the file
  /// @param number the segment number
  /// @param createdMillis wall clock
  /// @param fileBytes the length that was written
  public record Header(
      int version,
      int features,
      String logId,
      long salt,
      long number,
      long createdMillis,
      long fileBytes) {}

  /// The last frame of a sealed segment.
  ///
  /// @param position where it stands
  /// @param firstIndex the segment's first record
  /// @param lastIndex its last; `firstIndex - 1` when it holds none
  /// @param greatestTimestamp of its records; [Long#MIN_VALUE] when it holds none
  /// @param successor the segment number that goes on
  /// @param sealedMillis wall clock at the seal
  public record Seal(
      long position,
      long firstIndex,
      long lastIndex,
      long greatestTimestamp,
      long successor,
      long sealedMillis) {}

  /// All bytes before this place were synced.
  ///
  /// @param segment the segment number; 0 promises nothing
  /// @param position in it
  public record Promise(long segment, long position) {}

  /// A log state.
  ///
  /// @param firstIndexKept records below it are truncated
  /// @param firstSegmentKept files below it are left-overs
  /// @param highestSegment no number up to it is given to a new file
  /// @param predecessor the segment number before this one; 0 when there is none
  /// @param predecessorSalt that segment's salt
  /// @param predecessorEnd where it ends
  /// @param checkpoint below it the log's owner needs nothing more; 0 when never reported
  /// @param pins the lowest index that each named owner needs
  public record State(
      long firstIndexKept,
      long firstSegmentKept,
      long highestSegment,
      long predecessor,
      long predecessorSalt,
      long predecessorEnd,
      long checkpoint,
      SortedMap<String, Long> pins) {
    public State {
      pins = Collections.unmodifiableSortedMap(new TreeMap<>(pins));
    }
  }

  /// Returns the file's name.
  public String fileName() {
    return String.valueOf(file.getFileName());
  }
}
