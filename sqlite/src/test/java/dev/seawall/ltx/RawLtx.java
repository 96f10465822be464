// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import dev.seawall.ltx.internal.Lz4;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.SortedMap;

/// Writes LTX files with one peculiarity each, which the encoder would refuse to write. Checksums
/// are right unless told otherwise.
public final class RawLtx {
  private final ByteBuffer header = ByteBuffer.allocate(LtxHeader.BYTES);
  private final SortedMap<Long, byte[]> pages;
  private boolean block;
  private boolean contentChecksum = true;
  private boolean contentSize;
  private boolean blockChecksum;
  private boolean linked;
  private int blockSizeCode = 4;
  private int indexBytesOff;
  private long post;

  public RawLtx(int pageSize, long commit, long min, long max, SortedMap<Long, byte[]> pages) {
    this.pages = pages;
    LtxHeader.of(pageSize, commit, min, max, 1_763_700_000_000L).encode(header);
  }

  public RawLtx blocks() {
    block = true;
    return this;
  }

  public RawLtx withoutContentChecksum() {
    contentChecksum = false;
    return this;
  }

  public RawLtx withContentSize() {
    contentSize = true;
    return this;
  }

  public RawLtx withBlockChecksums() {
    blockChecksum = true;
    return this;
  }

  public RawLtx linked() {
    linked = true;
    return this;
  }

  /// 4: 64 KiB, 5: 256 KiB, 6: 1 MiB, 7: 4 MiB.
  public RawLtx blockSize(int code) {
    blockSizeCode = code;
    return this;
  }

  /// Makes the length of the page index wrong.
  public RawLtx indexBytesOff(int by) {
    indexBytesOff = by;
    return this;
  }

  /// Writes 4 bytes of the header.
  public RawLtx header(int position, int value) {
    header.putInt(position, value);
    return this;
  }

  /// Makes it a file with database checksums.
  public RawLtx tracked(long pre, long postApply) {
    header.putInt(4, 0).putLong(40, pre);
    post = postApply;
    return this;
  }

  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Crc64 crc = new Crc64();
    IndexLog index = new IndexLog();
    put(out, crc, header.array());
    for (var page : pages.entrySet()) {
      int from = out.size();
      put(
          out,
          crc,
          ByteBuffer.allocate(6)
              .putInt(page.getKey().intValue())
              .putShort((short) (block ? 1 : 0))
              .array());
      byte[] encoded = block ? block(page.getValue()) : frame(page.getValue());
      out.writeBytes(encoded);
      if (block) {
        crc.update(encoded, 0, 4);
      }
      crc.update(page.getValue(), 0, page.getValue().length);
      index.add(page.getKey(), out.size() - from);
    }
    put(out, crc, new byte[6]);
    int indexFrom = out.size();
    byte[] small = new byte[10];
    for (IndexLog.Entries entries = index.entries(); entries.next(); ) {
      for (long value : new long[] {entries.page(), entries.position(), entries.frameBytes()}) {
        put(out, crc, java.util.Arrays.copyOf(small, IndexLog.putVarint(small, 0, value)), small);
      }
    }
    put(out, crc, new byte[1]);
    long indexBytes = (long) out.size() - indexFrom + indexBytesOff;
    put(out, crc, ByteBuffer.allocate(16).putLong(indexBytes).putLong(post).array());
    out.writeBytes(ByteBuffer.allocate(8).putLong(crc.checksum()).array());
    return out.toByteArray();
  }

  private static void put(ByteArrayOutputStream out, Crc64 crc, byte[] bytes) {
    put(out, crc, bytes, bytes);
  }

  private static void put(ByteArrayOutputStream out, Crc64 crc, byte[] lengthOf, byte[] bytes) {
    out.write(bytes, 0, lengthOf.length);
    crc.update(bytes, 0, lengthOf.length);
  }

  private static byte[] block(byte[] page) {
    byte[] to = new byte[4 + Lz4.maxCompressed(page.length)];
    int length = Lz4.compress(page, page.length, to, 4);
    ByteBuffer.wrap(to).putInt(length);
    return java.util.Arrays.copyOf(to, 4 + length);
  }

  private byte[] frame(byte[] page) {
    ByteBuffer out =
        ByteBuffer.allocate(64 + Lz4.maxCompressed(page.length))
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    out.putInt(0x184D2204);
    int flags =
        0x40
            | (linked ? 0 : 0x20)
            | (blockChecksum ? 0x10 : 0)
            | (contentSize ? 0x08 : 0)
            | (contentChecksum ? 0x04 : 0);
    out.put((byte) flags).put((byte) (blockSizeCode << 4));
    if (contentSize) {
      out.putLong(page.length);
    }
    out.put((byte) (Lz4.hash(out.array(), 4, out.position() - 4) >>> 8));
    byte[] compressed = new byte[Lz4.maxCompressed(page.length)];
    int length = Lz4.compress(page, page.length, compressed, 0);
    boolean stored = length >= page.length;
    byte[] data = stored ? page : java.util.Arrays.copyOf(compressed, length);
    out.putInt(data.length | (stored ? 0x8000_0000 : 0)).put(data);
    if (blockChecksum) {
      out.putInt(Lz4.hash(data, 0, data.length));
    }
    out.putInt(0);
    if (contentChecksum) {
      out.putInt(Lz4.hash(page, 0, page.length));
    }
    return java.util.Arrays.copyOf(out.array(), out.position());
  }

  /// Returns the database checksum of whole pages.
  public static long databaseChecksum(SortedMap<Long, byte[]> pages) {
    DatabaseChecksum checksum = new DatabaseChecksum();
    pages.forEach((number, page) -> checksum.toggle(checksum.ofPage(number, page, page.length)));
    return checksum.value();
  }
}
