// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Small pieces of memory for [NativeCalls] to leave `errno` in, lent to one call at a time.
/// Thread-safe, lock-free.
///
/// A thread-local would grow with the virtual threads. When all are lent out a new one is made, and
/// the surplus is left to the garbage collector.
final class CallStates {
  private static final int KEPT = 16;

  private final AtomicReferenceArray<MemorySegment> kept = new AtomicReferenceArray<>(KEPT);

  MemorySegment borrow() {
    for (int i = 0; i < KEPT; i++) {
      MemorySegment state = kept.get(i);
      if (state != null && kept.compareAndSet(i, state, null)) {
        return state;
      }
    }
    return Arena.ofAuto().allocate(NativeCalls.STATE_BYTES, Long.BYTES);
  }

  void giveBack(MemorySegment state) {
    for (int i = 0; i < KEPT; i++) {
      if (kept.get(i) == null && kept.compareAndSet(i, null, state)) {
        return;
      }
    }
  }
}
