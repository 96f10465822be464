// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.StorageException;
import dev.seawall.wal.IndexTruncatedException;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.segment.Segment;

/// Finds the place at which a suffix truncation cuts: where the first record that goes begins.
/// Stateless.
final class CutFinder {
  private CutFinder() {}

  static ControlFrames.Cut find(LogView view, long lastIndexKept, long newEpoch)
      throws WalException, StorageException {
    long firstGone = lastIndexKept + 1;
    Segment segment = view.segments().holding(firstGone);
    if (segment == null) {
      throw new IndexTruncatedException(firstGone, view.segments().firstIndexKept());
    }
    try (Cursor cursor = new Cursor(view, Visibility.DURABLE, firstGone)) {
      if (!cursor.next()) {
        throw new IllegalStateException("record " + firstGone + " is not durable");
      }
      return new ControlFrames.Cut(
          newEpoch,
          lastIndexKept,
          cursor.segmentNumber(),
          cursor.frame().position(),
          cursor.segmentFirstIndex());
    }
  }
}
