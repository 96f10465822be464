// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import static dev.seawall.wal.internal.frame.Layout.U64;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Decodes one frame at a time from private memory that holds part of a file. Reusable; confined to
/// one thread.
public final class FrameReader {
  /// What stands at a position.
  public enum Result {
    /// A valid frame; the accessors describe it.
    VALID,
    /// No valid frame.
    INVALID,
    /// The header is valid, or not wholly in memory; the frame goes on behind the memory.
    INCOMPLETE
  }

  /// The shortest payload of a STATE frame: promise, nine words, the number of pins.
  private static final long STATE_MIN = 16 + 9 * 8 + 4;

  private final long seed;
  private final long segment;
  private final long fileBytes;
  private final long maxRecordBytes;

  private MemorySegment memory = MemorySegment.NULL;
  private long base;
  private long length;

  private long at;
  private FrameType type = FrameType.PAD;
  private int flags;
  private int payloadLength;
  private int epoch;
  private long index;
  private long timestamp;

  /// @param key of the segment
  /// @param segment its number
  /// @param fileBytes length of the file: no frame reaches beyond it
  /// @param maxRecordBytes the longest payload of a record
  public FrameReader(FrameKey key, long segment, long fileBytes, long maxRecordBytes) {
    this.seed = key.seed();
    this.segment = segment;
    this.fileBytes = fileBytes;
    this.maxRecordBytes = maxRecordBytes;
  }

  /// Looks at `memory`, whose first byte stands at position `base` of the file; only `length` bytes
  /// count.
  public void over(MemorySegment memory, long base, long length) {
    this.memory = memory;
    this.base = base;
    this.length = length;
  }

  /// Decodes the frame at a position of the file.
  public Result read(long position) {
    long offset = position - base;
    assert offset >= 0 && (position & 7) == 0;
    if (offset + Layout.HEADER > length) {
      return position + Layout.HEADER > fileBytes ? Result.INVALID : Result.INCOMPLETE;
    }
    long lengthWord = memory.get(U64, offset + 8);
    FrameType candidate = FrameType.of((int) (lengthWord >>> 32) & 0xFF);
    if (candidate == null || lengthWord >>> 48 != 0) {
      return Result.INVALID;
    }
    long crcWord = memory.get(U64, offset + 16);
    long indexWord = memory.get(U64, offset + 24);
    long timestampWord = memory.get(U64, offset + 32);
    if (memory.get(U64, offset)
        != FrameKey.headerChecksum(seed, position, lengthWord, crcWord, indexWord, timestampWord)) {
      return Result.INVALID;
    }
    int bits = (int) (lengthWord >>> 40) & 0xFF;
    long bytes = lengthWord & 0xFFFF_FFFFL;
    if (!allowed(candidate, bits, bytes) || position + Layout.frameBytes(bytes) > fileBytes) {
      return Result.INVALID;
    }
    if (offset + Layout.frameBytes(bytes) > length) {
      payloadLength = (int) bytes;
      return Result.INCOMPLETE;
    }
    if (candidate != FrameType.PAD
        && Checksums.crc32c(memory, offset + Layout.HEADER, bytes) != (int) crcWord) {
      return Result.INVALID;
    }
    at = offset;
    type = candidate;
    flags = bits;
    payloadLength = (int) bytes;
    epoch = (int) (crcWord >>> 32);
    index = indexWord;
    timestamp = timestampWord;
    return FrameValues.possible(this, segment) ? Result.VALID : Result.INVALID;
  }

  private boolean allowed(FrameType candidate, int bits, long bytes) {
    return switch (candidate) {
      case RECORD ->
          (bits & ~(Layout.FLAG_BATCH_END | Layout.FLAG_WRAPPED)) == 0 && bytes <= maxRecordBytes;
      case PAD -> bits == 0;
      case STATE ->
          bits == 0 && bytes >= STATE_MIN && bytes <= Layout.STATE_FRAME_MAX - Layout.HEADER;
      case EPOCH -> bits == 0 && bytes == Layout.EPOCH_FRAME - Layout.HEADER;
      case GROUP -> bits == 0 && bytes == Layout.GROUP_FRAME - Layout.HEADER;
      case MARK -> (bits & ~Layout.FLAG_CLOSED) == 0 && bytes == Layout.GROUP_FRAME - Layout.HEADER;
      case SEAL -> bits == 0 && bytes == Layout.SEAL_FRAME - Layout.HEADER;
      case CUT -> bits == 0 && bytes == Layout.CUT_FRAME - Layout.HEADER;
    };
  }

  /// Returns the frame's position in the file.
  public long position() {
    return base + at;
  }

  /// Returns the length of the frame, padding included; also after [Result#INCOMPLETE] for a header
  /// in memory.
  public long frameBytes() {
    return Layout.frameBytes(payloadLength);
  }

  /// Returns where the next frame stands.
  public long end() {
    return position() + frameBytes();
  }

  /// Returns the frame's type.
  public FrameType type() {
    return type;
  }

  /// Returns whether it is the last record of its batch.
  public boolean endsBatch() {
    return (flags & Layout.FLAG_BATCH_END) != 0;
  }

  /// Returns whether it is a record whose payload is wrapped, see [Wrap].
  public boolean wrapped() {
    return type == FrameType.RECORD && (flags & Layout.FLAG_WRAPPED) != 0;
  }

  /// Returns whether it is the MARK of a clean close.
  public boolean marksClose() {
    return type == FrameType.MARK && (flags & Layout.FLAG_CLOSED) != 0;
  }

  /// Returns its epoch, unsigned.
  public long epoch() {
    return epoch & 0xFFFF_FFFFL;
  }

  /// Returns the record's index, or that of the next record.
  public long index() {
    return index;
  }

  /// Returns the record's timestamp.
  public long timestamp() {
    return timestamp;
  }

  /// Returns the payload's length in bytes.
  public int payloadLength() {
    return payloadLength;
  }

  /// Returns the offset of the payload in the memory given to [#over].
  public long payloadOffset() {
    return at + Layout.HEADER;
  }

  /// Returns the payload, a view of the memory given to [#over]: valid as long as that memory is
  /// not changed.
  public MemorySegment payload() {
    return memory.asSlice(at + Layout.HEADER, payloadLength);
  }

  /// Returns the frame's promise; null when it makes none.
  public @Nullable Promise promise() {
    return type.promises() ? ControlFrames.promise(payload()) : null;
  }
}
