// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.BufferPools;
import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The staging windows of a log: free ones, and closed ones in the order in which they were filled.
/// Every method is called under the append lock.
///
/// A group larger than a window gets one of its own, freed after its write; only one such is out at
/// a time.
final class WindowRing {
  private final ArrayDeque<Window> free;
  private final ArrayDeque<Window> closed;
  private final int count;
  private final int windowBytes;
  private boolean oversizeOut;

  WindowRing(int count, int windowBytes) {
    this.count = count;
    this.windowBytes = windowBytes;
    free = new ArrayDeque<>(count + 1);
    closed = new ArrayDeque<>(count + 1);
    // Freed when nobody can reach it any more: a write that never completes may still read it.
    MemorySegment all = BufferPools.memory((long) count * windowBytes);
    for (long i = 0; i < count; i++) {
      free.add(new Window(all.asSlice(i * windowBytes, windowBytes), null));
    }
  }

  /// Takes a window for a group of this length; null when none is free.
  @Nullable Window acquire(long bytes) {
    if (bytes <= windowBytes) {
      return free.poll();
    }
    if (oversizeOut) {
      return null;
    }
    Arena own = Arena.ofShared();
    MemorySegment memory = own.allocate(Layout.blockCeiling(bytes) + Layout.BLOCK, Layout.BLOCK);
    oversizeOut = true;
    return new Window(memory, own);
  }

  /// Puts a filled window behind the others.
  void close(Window window) {
    closed.add(window);
  }

  /// Returns the oldest closed window without taking it.
  @Nullable Window firstClosed() {
    return closed.peek();
  }

  /// Returns the closed window that holds a position of a segment; null when none does.
  @Nullable Window holding(long segmentNumber, long position) {
    for (Window window : closed) {
      if (window.owner().number() == segmentNumber
          && position >= window.base + window.front
          && position < window.endPosition()) {
        return window;
      }
    }
    return null;
  }

  /// Takes the oldest closed window.
  Window takeClosed() {
    return closed.remove();
  }

  /// Gives a window back.
  void release(Window window) {
    window.segment = null;
    if (window.pooled()) {
      free.add(window);
    } else {
      oversizeOut = false;
      window.free();
    }
  }

  /// Returns whether every window is at rest.
  boolean allFree() {
    return free.size() == count && !oversizeOut;
  }
}
