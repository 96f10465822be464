// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import static dev.seawall.wal.internal.frame.Layout.U32;
import static dev.seawall.wal.internal.frame.Layout.U64;

import dev.seawall.wal.WalListener;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.MemorySegment;

/// The last look at a group before it goes down: a caller that changed its payload between checksum
/// and copy would otherwise leave a frame that every later recovery calls corrupt.
final class PayloadCheck {
  private PayloadCheck() {}

  /// Checksums what is stored, stamps frames that differ anew, and notes whose they are: a batch
  /// goes by the index of its last record, and never leaves its window.
  static void run(Window window, PayloadChanges changes, WalListener listener) {
    MemorySegment memory = window.memory;
    long at = window.start;
    boolean changed = false;
    while (at < window.tail) {
      long lengthWord = memory.get(U64, at + 8);
      int length = (int) lengthWord;
      int type = (int) (lengthWord >>> 32) & 0xFF;
      if (type == FrameType.RECORD.code()) {
        long index = memory.get(U64, at + 24);
        int stored = window.storedChecksum(at, length);
        if (stored != memory.get(U32, at + 16)) {
          FrameWriter.restamp(memory, at, window.owner().seed(), window.base + at, stored);
          changed = true;
          listener.payloadChanged(index);
        }
        if (changed && ((lengthWord >>> 40) & Layout.FLAG_BATCH_END) != 0) {
          changed = false;
          changes.add(index);
        }
      }
      at += Layout.frameBytes(length);
    }
  }
}
