// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import dev.seawall.ltx.LtxException.Reason;
import dev.seawall.ltx.internal.Lz4;
import java.io.IOException;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;

/// Decodes one page at a time, in both encodings, from untrusted bytes. Every length is compared
/// with its limit, which follows from the page size, before it is used.
///
/// Frames: "LZ4 Frame Format Description" 1.6.4.
final class PageReader {
  private static final int MAGIC = 0x184D2204;
  private static final int VERSION_MASK = 0xC0;
  private static final int VERSION_1 = 0x40;
  private static final int INDEPENDENT = 0x20;
  private static final int BLOCK_CHECKSUM = 0x10;
  private static final int CONTENT_SIZE = 0x08;
  private static final int CONTENT_CHECKSUM = 0x04;
  private static final int UNKNOWN = 0x03;
  private static final int STORED = 0x8000_0000;

  private final Input in;
  private final int pageSize;
  private final byte[] page;
  private final int compressedMax;
  private byte[] compressed = new byte[0];

  PageReader(Input in, int pageSize) {
    this.in = in;
    this.pageSize = pageSize;
    this.page = new byte[pageSize];
    this.compressedMax = Lz4.maxCompressed(pageSize);
  }

  /// Returns the page that was decoded last; changes with the next one.
  byte[] page() {
    return page;
  }

  /// Decodes a length and a raw block; the length goes into the checksum.
  void block(Crc64 crc, byte[] scratch) throws IOException {
    int length = in.i32();
    if (length <= 0 || length > compressedMax) {
      throw problem("a block of " + (length & 0xFFFF_FFFFL) + " bytes, at most " + compressedMax);
    }
    ByteBuffer.wrap(scratch).putInt(length);
    crc.update(scratch, 0, 4);
    take(length);
    requirePage(expand(length, 0));
  }

  /// Decodes one LZ4 frame that holds exactly one page.
  void frame() throws IOException {
    int magic = in.i32LittleEndian();
    if (magic != MAGIC) {
      throw problem(String.format("an LZ4 frame begins with 0x%08x, not 0x%08x", magic, MAGIC));
    }
    int flags = descriptor();
    int filled = 0;
    int blocks = 0;
    for (int word = in.i32LittleEndian(); word != 0; word = in.i32LittleEndian()) {
      if (++blocks > 1 && (flags & INDEPENDENT) == 0) {
        throw problem("a page in several linked LZ4 blocks");
      }
      filled += frameBlock(word, filled);
      if ((flags & BLOCK_CHECKSUM) != 0) {
        requireHash("block", compressed, word & ~STORED);
      }
    }
    requirePage(filled);
    requireHash("content", page, pageSize);
  }

  private int descriptor() throws IOException {
    byte[] seen = new byte[2 + Long.BYTES];
    int length = 2;
    int flags = in.u8();
    int block = in.u8();
    seen[0] = (byte) flags;
    seen[1] = (byte) block;
    if ((flags & VERSION_MASK) != VERSION_1 || (flags & UNKNOWN) != 0 || block >>> 4 < 4) {
      throw problem(String.format("an LZ4 frame with descriptor 0x%02x 0x%02x", flags, block));
    }
    if ((flags & CONTENT_SIZE) != 0) {
      long size = in.i64();
      ByteBuffer.wrap(seen).putLong(2, size);
      length += Long.BYTES;
      if (Long.reverseBytes(size) != pageSize) {
        throw problem("an LZ4 frame of another size than a page of " + pageSize + " bytes");
      }
    }
    int expected = Lz4.hash(seen, 0, length) >>> 8 & 0xFF;
    int found = in.u8();
    if (found != expected) {
      throw in.problem(
          Reason.CHECKSUM_MISMATCH,
          String.format("LZ4 descriptor checksum 0x%02x, computed 0x%02x", found, expected));
    }
    if ((flags & CONTENT_CHECKSUM) == 0) {
      throw problem("an LZ4 frame without content checksum; Litestream would refuse it too");
    }
    return flags;
  }

  // Leaves the block as stored in `compressed`; returns how much of the page it gave.
  private int frameBlock(int word, int filled) throws IOException {
    int length = word & ~STORED;
    boolean stored = word < 0;
    int max = stored ? pageSize - filled : compressedMax;
    if (length == 0 || length > max) {
      throw problem("an LZ4 block of " + length + " bytes, at most " + max);
    }
    take(length);
    if (!stored) {
      return expand(length, filled);
    }
    System.arraycopy(compressed, 0, page, filled, length);
    return length;
  }

  private void take(int length) throws IOException {
    if (compressed.length < length) {
      compressed = new byte[Math.max(length, Math.min(compressedMax, pageSize))];
    }
    in.fully(compressed, 0, length);
  }

  private int expand(int length, int filled) throws LtxException {
    try {
      return Lz4.decompress(compressed, length, page, filled, pageSize - filled);
    } catch (LZ4Exception e) {
      throw new LtxException(
          in.resource(), Reason.INVALID, "position " + in.position() + ": damaged LZ4 block", e);
    }
  }

  private void requirePage(int bytes) throws LtxException {
    if (bytes != pageSize) {
      throw problem("a page of " + bytes + " bytes, expected " + pageSize);
    }
  }

  private void requireHash(String of, byte[] bytes, int length) throws IOException {
    int expected = Lz4.hash(bytes, 0, length);
    int found = in.i32LittleEndian();
    if (found != expected) {
      throw in.problem(
          Reason.CHECKSUM_MISMATCH,
          String.format("LZ4 %s checksum 0x%08x, computed 0x%08x", of, found, expected));
    }
  }

  private LtxException problem(String detail) {
    return in.problem(Reason.INVALID, detail);
  }
}
