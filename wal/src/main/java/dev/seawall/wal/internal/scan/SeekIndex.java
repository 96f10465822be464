// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SidecarIndex;
import dev.seawall.wal.internal.segment.SparseIndex;

/// Fills the seek index of a sealed segment when it is first needed: from the sidecar, or by
/// reading the segment once. Stateless; thread-safe.
public final class SeekIndex {
  private SeekIndex() {}

  /// Makes sure that seeking within a segment need not begin at its first frame.
  ///
  /// @throws StorageException when the segment cannot be read
  public static void fill(SegmentFiles files, Segment segment) throws StorageException {
    if (!segment.sealed()
        || segment.damage() != null
        || segment.index().size() > 0
        || segment.end() < Layout.FIRST_FRAME + 2L * SparseIndex.STRIDE) {
      return;
    }
    if (SidecarIndex.load(segment, files.files()) != SidecarIndex.Outcome.LOADED) {
      scan(files, segment);
    }
  }

  private static void scan(SegmentFiles files, Segment segment) throws StorageException {
    SparseIndex found = new SparseIndex();
    try (IoQueue queue = files.files().newQueue();
        StorageFile file = files.openForReading(segment.path(), queue);
        FrameWindow window =
            new FrameWindow(
                file,
                segment.key(),
                segment.number(),
                segment.fileBytes(),
                FrameWindow.WINDOW_BYTES)) {
      Chain chain = new Chain(segment.number());
      boolean boundary = true;
      long position = Layout.FIRST_FRAME;
      while (position < segment.end()) {
        long greatest = chain.greatestTimestamp();
        FrameReader frame = window.frameAt(position);
        if (frame == null || !chain.take(frame)) {
          break; // Damage: the reader that comes here says so.
        }
        if (frame.type() == FrameType.RECORD) {
          if (boundary) {
            found.add(frame.index(), position, greatest);
          }
          boundary = frame.endsBatch();
        }
        position = frame.end();
      }
    }
    segment.index().load(found.toWords());
  }
}
