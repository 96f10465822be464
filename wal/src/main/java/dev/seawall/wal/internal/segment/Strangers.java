// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Finds the segment files of other logs among those of one. Stateless.
///
/// Taken for a tail, a file of another log would make all the others left-overs. A file without a
/// frame does not count: a creation that did not finish leaves one of an id that no log ever had.
public final class Strangers {
  private Strangers() {}

  /// Returns the files that hold frames of another log than most.
  ///
  /// @param headers the sound headers, by number
  /// @throws StorageException when a file cannot be read
  public static Set<SegmentFiles.Entry> find(
      SegmentFiles files, Map<SegmentFiles.Entry, SegmentHeader> headers, IoQueue queue)
      throws StorageException {
    if (headers.values().stream().map(Strangers::id).distinct().count() < 2) {
      return Set.of();
    }
    Map<SegmentFiles.Entry, FrameKey> voters = new LinkedHashMap<>();
    Map<FrameKey, Integer> votes = new HashMap<>();
    FrameKey elected = null;
    for (Map.Entry<SegmentFiles.Entry, SegmentHeader> file : headers.entrySet()) {
      if (holdsFrame(files, file.getKey(), file.getValue(), queue)) {
        voters.put(file.getKey(), id(file.getValue()));
        votes.merge(id(file.getValue()), 1, Integer::sum);
      }
    }
    for (FrameKey candidate : voters.values()) {
      if (elected == null || votes.getOrDefault(candidate, 0) > votes.getOrDefault(elected, 0)) {
        elected = candidate;
      }
    }
    Set<SegmentFiles.Entry> strangers = new LinkedHashSet<>();
    for (Map.Entry<SegmentFiles.Entry, FrameKey> voter : voters.entrySet()) {
      if (!voter.getValue().equals(elected)) {
        strangers.add(voter.getKey());
      }
    }
    return strangers;
  }

  private static FrameKey id(SegmentHeader header) {
    return new FrameKey(header.key().logIdHigh(), header.key().logIdLow(), 0);
  }

  private static boolean holdsFrame(
      SegmentFiles files, SegmentFiles.Entry entry, SegmentHeader header, IoQueue queue)
      throws StorageException {
    try (StorageFile file = files.openForReading(entry.path(), queue);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Layout.STATE_FRAME_MAX, 8);
      long length = SegmentFiles.readFully(file, Layout.FIRST_FRAME, memory);
      FrameReader frames = new FrameReader(header.key(), header.number(), header.fileBytes(), 0);
      frames.over(memory, Layout.FIRST_FRAME, length);
      return frames.read(Layout.FIRST_FRAME) == FrameReader.Result.VALID
          && frames.type() == FrameType.STATE;
    }
  }
}
