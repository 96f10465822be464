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
/// The window that came back last is taken first, and one that was never needed is never made: a
/// log whose groups are small keeps to one or two.
///
/// A group larger than a window gets one of its own, freed after its write; only one such is out at
/// a time.
final class WindowRing {
  /// Windows shorter than a huge page are made together, as many as one holds.
  private static final int SLAB = 2 << 20;

  private final ArrayDeque<Window> free;
  private final ArrayDeque<Window> closed;
  private final int count;
  private final int windowBytes;
  private int made;
  private boolean oversizeOut;

  WindowRing(int count, int windowBytes) {
    this.count = count;
    this.windowBytes = windowBytes;
    free = new ArrayDeque<>(count + 1);
    closed = new ArrayDeque<>(count + 1);
  }

  /// Takes a window for a group of this length; null when none is free.
  @Nullable Window acquire(long bytes) {
    if (bytes <= windowBytes) {
      if (free.isEmpty() && made < count) {
        make();
      }
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

  private void make() {
    int more = Math.clamp(SLAB / windowBytes, 1, count - made);
    // Freed when nobody can reach it any more: a write that never completes may still read it.
    MemorySegment slab = BufferPools.memory((long) more * windowBytes);
    for (long i = 0; i < more; i++) {
      free.add(new Window(slab.asSlice(i * windowBytes, windowBytes), null));
    }
    made += more;
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
      free.push(window);
    } else {
      oversizeOut = false;
      window.free();
    }
  }

  /// Returns whether every window is at rest.
  boolean allFree() {
    return free.size() == made && !oversizeOut;
  }
}
