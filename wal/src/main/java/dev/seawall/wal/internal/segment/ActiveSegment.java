// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.io.StorageFile;
import org.jspecify.annotations.Nullable;

/// A segment that accepts frames, with the one open file that all its writes and syncs go through.
///
/// @param segment what is known of it
/// @param file open for writing
/// @param seed of its frame key, computed once
public record ActiveSegment(Segment segment, StorageFile file, long seed) {
  /// Bytes at the end of a file that appends leave free: for the seal, and for the frames that
  /// recoveries and truncations add.
  public static final int RESERVE = 2048;

  /// How much of the reserve log states and marks may use; the rest is for the seal and for
  /// recoveries.
  public static final int STATE_RESERVE = RESERVE / 2;

  /// Makes one.
  public static ActiveSegment of(Segment segment, StorageFile file) {
    return new ActiveSegment(segment, file, segment.key().seed());
  }

  /// Returns the position that frames of appends do not pass.
  public long limit() {
    return segment.fileBytes() - RESERVE;
  }

  /// Returns the segment number.
  public long number() {
    return segment.number();
  }

  /// Returns whether this is the same segment.
  public boolean is(@Nullable ActiveSegment other) {
    return other != null && other.number() == number();
  }
}
