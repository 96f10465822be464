// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import static dev.seawall.wal.internal.frame.Layout.U32;
import static dev.seawall.wal.internal.frame.Layout.U64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Encodes frame headers into memory. Stateless; knows nothing of files or threads.
public final class FrameWriter {
  private FrameWriter() {}

  /// Writes a frame's header; the payload stands, or will stand, behind it.
  ///
  /// @param at offset in `memory`
  /// @param seed of the segment's [FrameKey]
  /// @param position of the frame in its file
  public static void header(
      MemorySegment memory,
      long at,
      long seed,
      long position,
      FrameType type,
      int flags,
      int payloadLength,
      int payloadCrc,
      int epoch,
      long index,
      long timestamp) {
    assert (position & 7) == 0 && payloadLength >= 0;
    long lengthWord =
        (payloadLength & 0xFFFF_FFFFL) | ((long) type.code() << 32) | ((long) flags << 40);
    long crcWord = (payloadCrc & 0xFFFF_FFFFL) | ((long) epoch << 32);
    memory.set(U64, at + 8, lengthWord);
    memory.set(U64, at + 16, crcWord);
    memory.set(U64, at + 24, index);
    memory.set(U64, at + 32, timestamp);
    memory.set(
        U64, at, FrameKey.headerChecksum(seed, position, lengthWord, crcWord, index, timestamp));
  }

  /// Writes the zeros behind a payload.
  public static void zeroPadding(MemorySegment memory, long at, int payloadLength) {
    long end = at + Layout.HEADER + payloadLength;
    long aligned = at + Layout.frameBytes(payloadLength);
    for (long i = end; i < aligned; i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) 0);
    }
  }

  /// Computes the checksum of a control frame's payload that stands behind its header, and writes
  /// the header.
  static void control(
      MemorySegment memory,
      long at,
      long seed,
      long position,
      FrameType type,
      int flags,
      int payloadLength,
      int epoch,
      long index) {
    zeroPadding(memory, at, payloadLength);
    int crc = Checksums.crc32c(memory, at + Layout.HEADER, payloadLength);
    header(memory, at, seed, position, type, flags, payloadLength, crc, epoch, index, 0);
  }

  /// Replaces the payload checksum of an encoded frame, for a payload that its caller changed while
  /// it was copied.
  public static void restamp(
      MemorySegment memory, long at, long seed, long position, int payloadCrc) {
    long lengthWord = memory.get(U64, at + 8);
    memory.set(U32, at + Layout.PAYLOAD_CRC_AT, payloadCrc);
    memory.set(
        U64,
        at,
        FrameKey.headerChecksum(
            seed,
            position,
            lengthWord,
            memory.get(U64, at + 16),
            memory.get(U64, at + 24),
            memory.get(U64, at + 32)));
  }
}
