// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import static dev.seawall.wal.internal.frame.Layout.U32;
import static dev.seawall.wal.internal.frame.Layout.U64;

import dev.seawall.wal.internal.frame.Mix;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Where the blocks of a compressed segment file stand. Immutable.
///
/// Encoded, little-endian: u32 stored length of each block, then
///
/// | offset | type | field |
/// |---|---|---|
/// | 0 | u64 | magic, the bytes `SEAWBLK` and `0x0A` |
/// | 8 | u32, u32 | version, 1; bytes of a block but the last |
/// | 16 | u64 | file bytes: the length of the file that was compressed |
/// | 24 | u64 | end: so many of them are in the blocks, the others are zeros |
/// | 32 | u64 | salt of the segment |
/// | 40 | u64 | number of the segment |
/// | 48 | u64 | number of blocks |
/// | 56 | u64 | checksum: `Mix` over the stored lengths, one a step, and the seven words before it |
///
/// The file holds it twice, so that one wrong bit does not hide the blocks.
final class BlockIndex {
  /// Bytes of a block but the last.
  static final int BLOCK_BYTES = 256 << 10;

  /// The most blocks: what the extra field of a gzip member can tell of.
  static final int MAX_BLOCKS = 16_000;

  private static final long MAGIC = 0x0A4B4C4257414553L;
  private static final int FOOTER = 64;

  private final int blockBytes;
  private final long fileBytes;
  private final long end;
  private final long salt;
  private final long number;
  private final long[] starts;

  /// @param fileBytes the length of the file that is compressed
  /// @param end so many of them are in the blocks
  /// @param starts where each block stands, and where the last one ends
  BlockIndex(int blockBytes, long fileBytes, long end, long salt, long number, long[] starts) {
    this.blockBytes = blockBytes;
    this.fileBytes = fileBytes;
    this.end = end;
    this.salt = salt;
    this.number = number;
    this.starts = starts.clone();
  }

  /// Returns the bytes of a block but the last.
  int blockBytes() {
    return blockBytes;
  }

  /// Returns the length of the file that was compressed.
  long fileBytes() {
    return fileBytes;
  }

  /// Returns how many of them are in the blocks; the others are zeros.
  long end() {
    return end;
  }

  /// Returns where a block stands in the compressed file.
  long start(int block) {
    return starts[block];
  }

  /// Returns how many blocks so many bytes make.
  static long blocks(long bytes, int blockBytes) {
    return (bytes + blockBytes - 1) / blockBytes;
  }

  /// Returns how many blocks there are.
  int count() {
    return starts.length - 1;
  }

  /// Returns the length of a block's content.
  int length(int block) {
    return (int) Math.min(blockBytes, end - (long) block * blockBytes);
  }

  /// Returns the length of a block as it is stored.
  int storedLength(int block) {
    return Math.toIntExact(starts[block + 1] - starts[block]);
  }

  byte[] encode() {
    byte[] bytes = new byte[4 * count() + FOOTER];
    MemorySegment memory = MemorySegment.ofArray(bytes);
    for (int i = 0; i < count(); i++) {
      memory.set(U32, 4L * i, storedLength(i));
    }
    long at = 4L * count();
    memory.set(U64, at, MAGIC);
    memory.set(U32, at + 8, 1);
    memory.set(U32, at + 12, blockBytes);
    memory.set(U64, at + 16, fileBytes);
    memory.set(U64, at + 24, end);
    memory.set(U64, at + 32, salt);
    memory.set(U64, at + 40, number);
    memory.set(U64, at + 48, count());
    memory.set(U64, at + 56, checksum(memory, at, count()));
    return bytes;
  }

  /// Finds the last sound index in the last bytes of a file; null when there is none.
  ///
  /// @param tail the last bytes
  /// @param position where they stand in the file
  static @Nullable BlockIndex find(MemorySegment tail, long position) {
    for (long at = tail.byteSize() - FOOTER; at >= 0; at--) {
      if (tail.get(U64, at) == MAGIC) {
        BlockIndex found = decode(tail, at, position);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private static @Nullable BlockIndex decode(MemorySegment tail, long at, long position) {
    long count = tail.get(U64, at + 48);
    int blockBytes = tail.get(U32, at + 12);
    long fileBytes = tail.get(U64, at + 16);
    long end = tail.get(U64, at + 24);
    if (tail.get(U32, at + 8) != 1
        || count < 1
        || count > MAX_BLOCKS
        || at - 4 * count < 0
        || blockBytes != BLOCK_BYTES
        || end < 1
        || end > fileBytes
        || count != blocks(end, blockBytes)
        || tail.get(U64, at + 56) != checksum(tail, at, Math.toIntExact(count))) {
      return null;
    }
    long[] starts = new long[Math.toIntExact(count) + 1];
    for (int i = 0; i < count; i++) {
      int stored = tail.get(U32, at - 4 * (count - i));
      if (stored < 1 || stored > 2 * blockBytes) {
        return null;
      }
      starts[i + 1] = starts[i] + stored;
    }
    if (starts[starts.length - 1] > position + at) {
      return null;
    }
    return new BlockIndex(
        blockBytes, fileBytes, end, tail.get(U64, at + 32), tail.get(U64, at + 40), starts);
  }

  private static long checksum(MemorySegment memory, long at, int count) {
    long state = 0;
    for (int i = 0; i < count; i++) {
      state = Mix.step(state, memory.get(U32, at - 4L * (count - i)));
    }
    for (int i = 0; i < 7; i++) {
      state = Mix.step(state, memory.get(U64, at + 8L * i));
    }
    return Mix.finish(state);
  }
}
