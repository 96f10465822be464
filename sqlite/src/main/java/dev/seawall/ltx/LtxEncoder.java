// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// Writes one LTX file, page by page. Confined to one thread.
///
/// Memory: two pages and about three bytes for each page written. Nothing is durable: that is the
/// business of whoever owns the stream, which is neither flushed nor closed here. Give it a stream
/// that gathers, since it gets several small writes a page.
///
/// Only files without database checksums are written: Litestream 0.5 cannot restore a chain that
/// ends with a tracked one.
public final class LtxEncoder {
  private static final int PAGE_HEADER_BYTES = 6;

  private final OutputStream out;
  private final LtxHeader header;
  private final PageWriter pages;
  private final int pageFlags;
  private final byte[] page;
  private final byte[] small = new byte[64];
  private final IndexLog index = new IndexLog();
  private final Crc64 crc = new Crc64();
  private long size;
  private long lastPage;
  private boolean finished;

  /// Starts a file: writes its header.
  ///
  /// @param out gets the bytes
  /// @param header must not be of a tracked file
  /// @throws IllegalArgumentException for the header of a tracked file
  public LtxEncoder(OutputStream out, LtxHeader header, PageEncoding encoding) throws IOException {
    if (header.isTracked()) {
      throw new IllegalArgumentException("files with database checksums are not written");
    }
    this.out = out;
    this.header = header;
    this.pages = new PageWriter(encoding, header.pageSize());
    this.pageFlags = encoding == PageEncoding.BLOCK ? 1 : 0;
    this.page = new byte[header.pageSize()];
    byte[] start = new byte[LtxHeader.BYTES];
    header.encode(ByteBuffer.wrap(start));
    put(start, start.length);
  }

  /// Adds a page.
  ///
  /// @param number more than the one before; in a snapshot the very next one, the lock page left
  ///   out
  /// @param bytes exactly one page; position and limit do not change
  /// @throws IllegalArgumentException when the number is out of order, beyond the commit, or that
  ///   of the lock page, or the length is not a page's
  /// @throws IllegalStateException after [#finish]
  public void page(long number, ByteBuffer bytes) throws IOException {
    requireOpen();
    if (bytes.remaining() != page.length) {
      throw new IllegalArgumentException(
          "page " + number + " has " + bytes.remaining() + " bytes, expected " + page.length);
    }
    if (number > header.commit() || number == header.lockPage()) {
      throw new IllegalArgumentException(
          "page " + number + " is the lock page or beyond the commit " + header.commit());
    }
    if (header.isSnapshot() ? number != expected() : number <= lastPage) {
      throw new IllegalArgumentException("page " + number + " after page " + lastPage);
    }
    bytes.get(bytes.position(), page);
    ByteBuffer.wrap(small).putInt((int) number).putShort((short) pageFlags);
    long from = size;
    put(small, PAGE_HEADER_BYTES);
    int length = pages.encode(page);
    if (pageFlags == 1) {
      crc.update(pages.bytes(), 0, 4);
    }
    crc.update(page, 0, page.length);
    out.write(pages.bytes(), 0, length);
    size += length;
    index.add(number, size - from);
    lastPage = number;
  }

  /// Writes what stands behind the pages; the file is whole when this returns.
  ///
  /// @throws IllegalStateException when a snapshot lacks pages, or it was finished before
  public LtxTrailer finish() throws IOException {
    requireOpen();
    if (header.isSnapshot() && expected() <= header.commit()) {
      throw new IllegalStateException(
          "a snapshot of " + header.commit() + " pages lacks page " + expected());
    }
    finished = true;
    ByteBuffer view = ByteBuffer.wrap(small);
    view.putInt(0).putShort((short) 0);
    put(small, PAGE_HEADER_BYTES);
    long indexFrom = size;
    IndexLog.Entries entries = index.entries();
    while (entries.next()) {
      int length = IndexLog.putVarint(small, 0, entries.page());
      length += IndexLog.putVarint(small, length, entries.position());
      length += IndexLog.putVarint(small, length, entries.frameBytes());
      put(small, length);
    }
    small[0] = 0;
    put(small, 1);
    // The length of the index, then the post-apply checksum, which is 0.
    view.putLong(0, size - indexFrom).putLong(8, 0);
    put(small, 16);
    LtxTrailer trailer = new LtxTrailer(0, crc.checksum());
    view.putLong(0, trailer.fileChecksum());
    out.write(small, 0, 8);
    size += 8;
    return trailer;
  }

  /// Returns how many bytes were written.
  public long size() {
    return size;
  }

  private long expected() {
    long next = lastPage + 1;
    return next == header.lockPage() ? next + 1 : next;
  }

  private void put(byte[] bytes, int length) throws IOException {
    crc.update(bytes, 0, length);
    out.write(bytes, 0, length);
    size += length;
  }

  private void requireOpen() {
    if (finished) {
      throw new IllegalStateException("the file is finished");
    }
  }
}
