// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.ActiveSegment;

/// PAD frames. Stateless; called under the append lock.
final class Padding {
  private Padding() {}

  /// Fills the last block of a window, where there is room for it.
  static void toBlock(Window window, ActiveSegment segment, int epoch, long nextIndex) {
    long end = window.endPosition();
    long gap = Layout.blockCeiling(end) - end;
    if (gap == 0) {
      return;
    }
    if (gap < Layout.HEADER) {
      gap += Layout.BLOCK;
    }
    if (window.tail + gap > window.bytes || end + gap > segment.limit()) {
      return;
    }
    add(window, segment, Math.toIntExact(gap), epoch, nextIndex);
  }

  /// Adds one PAD frame of this length, header included.
  static void add(Window window, ActiveSegment segment, int bytes, int epoch, long nextIndex) {
    long end = window.endPosition();
    int payload = bytes - Layout.HEADER;
    window.memory.asSlice(window.tail + Layout.HEADER, payload).fill((byte) 0);
    FrameWriter.header(
        window.memory,
        window.tail,
        segment.seed(),
        end,
        FrameType.PAD,
        0,
        payload,
        0,
        epoch,
        nextIndex,
        0);
    window.tail += bytes;
  }
}
