// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.codec;

import static dev.seawall.wal.internal.frame.Layout.U64;

import dev.seawall.wal.internal.frame.Wrap;
import java.lang.foreign.MemorySegment;

/// What session keys and records are bound to; the layout is in `frame/package-info`.
///
/// @param logIdHigh first half of the log id
/// @param logIdLow second half
/// @param epoch of the frames
record SessionContext(long logIdHigh, long logIdLow, long epoch) {
  private static final int PLACE_BYTES = 24;

  /// Returns what a session's key is derived with.
  byte[] of(long sessionHigh, long sessionLow) {
    byte[] context = new byte[40];
    MemorySegment memory = MemorySegment.ofArray(context);
    memory.set(U64, 0, logIdHigh);
    memory.set(U64, 8, logIdLow);
    memory.set(U64, 16, epoch);
    memory.set(U64, 24, sessionHigh);
    memory.set(U64, 32, sessionLow);
    return context;
  }

  /// Returns what is authenticated besides a record's payload: its place, and what stands in front.
  static byte[] bound(long index, long timestamp, boolean endsBatch, MemorySegment stored) {
    byte[] bound = new byte[PLACE_BYTES + Wrap.ENCRYPTED_BYTES];
    MemorySegment memory = MemorySegment.ofArray(bound);
    memory.set(U64, 0, index);
    memory.set(U64, 8, timestamp);
    memory.set(U64, 16, endsBatch ? 1 : 0);
    MemorySegment.copy(stored, 0, memory, PLACE_BYTES, Wrap.ENCRYPTED_BYTES);
    return bound;
  }
}
