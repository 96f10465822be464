// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/// Memory that captures need while they work, lent to one at a time: hundreds of databases do not
/// hold hundreds of buffers. Thread-safe.
public final class CaptureBuffers implements AutoCloseable {
  private static final int WAL_BYTES = 1 << 18;
  private static final int PAGE_BYTES = 65536;

  /// A piece of the WAL, and one page.
  record Buffers(MemorySegment wal, MemorySegment page) {}

  private final Arena arena = Arena.ofShared();
  private final Deque<Buffers> free = new ArrayDeque<>();

  /// Makes a pool; it grows to as many buffers as captures work at once, 320 KiB each.
  public CaptureBuffers() {}

  synchronized Buffers take() {
    Buffers known = free.poll();
    return known != null
        ? known
        : new Buffers(arena.allocate(WAL_BYTES, 64), arena.allocate(PAGE_BYTES, 64));
  }

  synchronized void giveBack(Buffers buffers) {
    free.push(buffers);
  }

  /// Frees the memory; no capture may work any more. Idempotent.
  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      free.clear();
      arena.close();
    }
  }
}
