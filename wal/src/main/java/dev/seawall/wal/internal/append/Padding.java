// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;

/// Frames that only take room. Under the append lock.
final class Padding {
  private Padding() {}

  /// Fills a window's last block, so that the next group does not share it; does nothing where
  /// there is no room for it.
  static void toBlockEnd(Window window, int epoch, long nextIndex) {
    long end = window.endPosition();
    long gap = Layout.blockCeiling(end) - end;
    if (gap == 0) {
      return;
    }
    if (gap < Layout.HEADER) {
      gap += Layout.BLOCK;
    }
    if (window.tail + gap <= window.bytes && end + gap <= window.owner().limit()) {
      fill(window, Math.toIntExact(gap), epoch, nextIndex);
    }
  }

  /// Adds a PAD frame of this length in bytes, header included.
  static void fill(Window window, int bytes, int epoch, long nextIndex) {
    int payload = bytes - Layout.HEADER;
    window.memory.asSlice(window.tail + Layout.HEADER, payload).fill((byte) 0);
    FrameWriter.header(
        window.memory,
        window.tail,
        window.owner().seed(),
        window.endPosition(),
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
