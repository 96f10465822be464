// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import static dev.seawall.wal.internal.frame.Layout.U16;
import static dev.seawall.wal.internal.frame.Layout.U32;

import dev.seawall.wal.CodecException;
import dev.seawall.wal.RecordCodec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// How the blocks of a compressed segment file are stored, each by itself: as members of a gzip
/// file, or as frames of a Zstandard file. Stateless.
///
/// So the usual tools expand the file: `gunzip`, `zstd -d`. The index behind the blocks is
/// something that they skip: the extra field of an empty member, a skippable frame.
enum BlockCompression {
  GZIP(".gz"),
  ZSTD(".zst");

  private static final byte[] MEMBER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final int MEMBER_TAIL = 8;
  private static final byte FLAG_EXTRA = 4;
  private static final int SKIPPABLE = 0x184D2A5E;

  /// An empty deflate stream, its checksum and its length.
  private static final byte[] EMPTY = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  private final String suffix;

  BlockCompression(String suffix) {
    this.suffix = suffix;
  }

  /// Returns what the file's name ends with.
  String suffix() {
    return suffix;
  }

  /// Returns whether blocks can be read and written with this codec.
  boolean usable(@Nullable RecordCodec codec) {
    return this == GZIP || (codec != null && codec.knows(RecordCodec.ZSTD));
  }

  /// Compresses a block.
  byte[] compress(byte[] block, int length, @Nullable RecordCodec codec) {
    if (this == ZSTD) {
      return codec(codec).compressBlock(RecordCodec.ZSTD, block, length);
    }
    byte[] member = new byte[MEMBER.length + length + length / 1000 + 64 + MEMBER_TAIL];
    System.arraycopy(MEMBER, 0, member, 0, MEMBER.length);
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    int end = MEMBER.length;
    try {
      deflater.setInput(block, 0, length);
      deflater.finish();
      while (!deflater.finished()) {
        end += deflater.deflate(member, end, member.length - MEMBER_TAIL - end);
      }
    } finally {
      deflater.end();
    }
    MemorySegment memory = MemorySegment.ofArray(member);
    memory.set(U32, end, crc(block, length));
    memory.set(U32, end + 4, length);
    return Arrays.copyOf(member, end + MEMBER_TAIL);
  }

  /// Restores a block of exactly `length` bytes.
  void expand(
      byte[] stored, int storedLength, byte[] block, int length, @Nullable RecordCodec codec)
      throws CodecException {
    if (this == ZSTD) {
      codec(codec).decompress(RecordCodec.ZSTD, stored, 0, storedLength, block, length);
      return;
    }
    int body = storedLength - MEMBER.length - MEMBER_TAIL;
    if (body < 2 || !Arrays.equals(stored, 0, MEMBER.length, MEMBER, 0, MEMBER.length)) {
      throw new CodecException("not a gzip member", null);
    }
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(stored, MEMBER.length, body);
      int done = inflater.inflate(block, 0, length);
      // The stream's end may need one more look.
      byte[] more = new byte[1];
      if (done != length || inflater.inflate(more) != 0 || !inflater.finished()) {
        throw new CodecException("a gzip member of another length than " + length, null);
      }
    } catch (DataFormatException e) {
      throw new CodecException("not a gzip member", e);
    } finally {
      inflater.end();
    }
    if (MemorySegment.ofArray(stored).get(U32, storedLength - MEMBER_TAIL) != crc(block, length)) {
      throw new CodecException("the checksum of the gzip member is wrong", null);
    }
  }

  /// Returns an index in the form in which the file's tools skip it.
  byte[] wrapIndex(byte[] index) {
    byte[] front;
    byte[] behind = this == ZSTD ? new byte[] {} : EMPTY;
    if (this == ZSTD) {
      front = new byte[8];
      MemorySegment.ofArray(front).set(U32, 0, SKIPPABLE);
      MemorySegment.ofArray(front).set(U32, 4, index.length);
    } else {
      front = Arrays.copyOf(MEMBER, MEMBER.length + 6);
      front[3] = FLAG_EXTRA;
      MemorySegment memory = MemorySegment.ofArray(front);
      memory.set(U16, 10, (short) (index.length + 4));
      front[12] = 'S';
      front[13] = 'W';
      memory.set(U16, 14, (short) index.length);
    }
    byte[] wrapped = Arrays.copyOf(front, front.length + index.length + behind.length);
    System.arraycopy(index, 0, wrapped, front.length, index.length);
    System.arraycopy(behind, 0, wrapped, front.length + index.length, behind.length);
    return wrapped;
  }

  private static RecordCodec codec(@Nullable RecordCodec codec) {
    if (codec == null) {
      throw new IllegalStateException("asked for usable before");
    }
    return codec;
  }

  private static int crc(byte[] block, int length) {
    CRC32 crc = new CRC32();
    crc.update(block, 0, length);
    return (int) crc.getValue();
  }
}
