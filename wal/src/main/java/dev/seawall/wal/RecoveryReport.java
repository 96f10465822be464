// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.util.List;

/// What opening found and did.
///
/// @param verdict how the log ended
/// @param firstIndex the first record kept; 1 for a new log
/// @param lastIndex the last record kept; `firstIndex - 1` when there is none
/// @param segments files that hold frames
/// @param epoch the epoch that new frames get; 0 when opened read-only
/// @param tornBytes bytes that were cut behind the last whole batch, from the cut to the end of
///   what is known to have been written
/// @param droppedFrames whole record frames among them
/// @param firstDroppedIndex the lowest index among those frames; 0 when there is none
/// @param rewrittenBytes bytes behind the last promise that were kept, and written and synced again
/// @param damagedRanges sealed segments that cannot be read, in words; reading there throws
/// @param removedFiles left-over files that were removed
/// @param nanos the time it took
public record RecoveryReport(
    Verdict verdict,
    long firstIndex,
    long lastIndex,
    int segments,
    long epoch,
    long tornBytes,
    long droppedFrames,
    long firstDroppedIndex,
    long rewrittenBytes,
    List<String> damagedRanges,
    List<String> removedFiles,
    long nanos) {

  /// How the log ended; the fourth case, corrupt, is an exception.
  public enum Verdict {
    /// There was no log; one was made.
    NEW,
    /// Everything that was written is there.
    CLEAN,
    /// Incomplete bytes behind the last promise were cut.
    TORN
  }

  public RecoveryReport {
    damagedRanges = List.copyOf(damagedRanges);
    removedFiles = List.copyOf(removedFiles);
  }
}
