// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.io.FileSystem;
import dev.seawall.io.StorageException;
import dev.seawall.wal.RecoveryReport;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.segment.ActiveSegment;
import dev.seawall.wal.internal.segment.SegmentSet;
import java.lang.foreign.MemorySegment;

/// A log that is ready for its first append.
///
/// @param segments all that hold frames
/// @param active the last of them, open for writing
/// @param position where the next frame goes
/// @param tailBlock the bytes of the block that holds `position`, from the block's start
/// @param lastIndex the last record kept
/// @param greatestTimestamp of the active segment's records
/// @param epoch of the frames to come
/// @param state the last log state
/// @param report for the opener
public record Recovered(
    SegmentSet segments,
    ActiveSegment active,
    long position,
    MemorySegment tailBlock,
    long lastIndex,
    long greatestTimestamp,
    int epoch,
    LogState state,
    RecoveryReport report) {

  /// Returns the same, with the active segment mapped for appends.
  public Recovered map(FileSystem files) throws StorageException {
    return new Recovered(
        segments,
        active.map(files, position),
        position,
        tailBlock,
        lastIndex,
        greatestTimestamp,
        epoch,
        state,
        report);
  }
}
