// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import dev.seawall.ltx.LtxException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Reads one LTX file from untrusted bytes, page by page. Confined to one thread.
///
/// Memory: about three pages, 8 KiB and three bytes for each page read, whatever the file claims.
/// The stream is not closed here. Pages come out before the checksum behind them was seen: *they
/// count only when [#next] has returned false*.
///
/// Every problem with the bytes is an [LtxException]; after one, the decoder is of no more use.
public final class LtxDecoder {
  private final Input in;
  private final LtxHeader header;
  private final PageReader reader;
  private final ByteBuffer pageView;
  private final IndexLog index = new IndexLog();
  private final Crc64 crc = new Crc64();
  private final byte[] small = new byte[32];
  private final ByteBuffer view = ByteBuffer.wrap(small);
  private final @Nullable DatabaseChecksum rolling;
  private long page;
  private boolean indexIsRight;
  private boolean failed;
  private @Nullable LtxTrailer trailer;

  /// Reads the header.
  ///
  /// @param stream the file from its first byte on; read in pieces of 8 KiB and of a page
  /// @param resource names the file in messages
  /// @throws LtxException when it is no header of a file that can be read
  public LtxDecoder(InputStream stream, String resource) throws IOException {
    this.in = new Input(stream, resource);
    byte[] start = new byte[LtxHeader.BYTES];
    in.fully(start, 0, start.length);
    crc.update(start, 0, start.length);
    this.header = LtxHeader.decode(ByteBuffer.wrap(start), resource);
    this.reader = new PageReader(in, header.pageSize());
    this.pageView = ByteBuffer.wrap(reader.page()).asReadOnlyBuffer();
    this.rolling = header.isTracked() && header.isSnapshot() ? new DatabaseChecksum() : null;
  }

  /// Returns the header.
  public LtxHeader header() {
    return header;
  }

  /// Returns the name given at construction.
  public String resource() {
    return in.resource();
  }

  /// Steps to the next page; at the end checks everything that can be checked only there.
  ///
  /// @return false when the file is read to its end and is valid
  /// @throws LtxException when it is not
  /// @throws IllegalStateException after an exception
  public boolean next() throws IOException {
    if (trailer != null) {
      return false;
    }
    if (failed) {
      throw new IllegalStateException(in.resource() + " failed before");
    }
    failed = true;
    boolean found = step();
    failed = false;
    return found;
  }

  private boolean step() throws IOException {
    long from = in.position();
    long number = in.i32() & 0xFFFF_FFFFL;
    int flags = in.u16();
    view.putInt(0, (int) number).putShort(4, (short) flags);
    crc.update(small, 0, 6);
    if (number == 0) {
      finish(flags);
      return false;
    }
    requireOrder(number);
    switch (flags) {
      case 0 -> reader.frame();
      case 1 -> reader.block(crc, small);
      default ->
          throw in.problem(
              Reason.TOO_NEW, "page " + number + " has flags " + flags + "; 0 and 1 are known");
    }
    crc.update(reader.page(), 0, header.pageSize());
    if (rolling != null && number != header.lockPage() && number <= header.commit()) {
      rolling.toggle(rolling.ofPage(number, reader.page(), header.pageSize()));
    }
    index.add(number, in.position() - from);
    page = number;
    return true;
  }

  private void requireOrder(long number) throws LtxException {
    if (number <= page) {
      throw in.problem(Reason.INVALID, "page " + number + " after page " + page);
    }
    if (header.isSnapshot()) {
      requireNoHole(number);
    }
  }

  // A snapshot has every page up to the commit, the lock page apart.
  private void requireNoHole(long upTo) throws LtxException {
    long expected = page + 1 == header.lockPage() ? page + 2 : page + 1;
    if (expected < upTo && expected <= header.commit()) {
      throw in.problem(
          Reason.PAGE_MISSING, "page " + expected + " of a snapshot is missing; found " + upTo);
    }
  }

  private void finish(int flags) throws IOException {
    if (flags != 0) {
      throw in.problem(Reason.INVALID, "the end mark has flags " + flags);
    }
    if (header.isSnapshot()) {
      requireNoHole(header.commit() + 1);
    }
    readIndex();
    long post = in.i64();
    view.putLong(0, post);
    crc.update(small, 0, 8);
    long found = in.i64();
    if (found != crc.checksum()) {
      throw in.problem(
          Reason.CHECKSUM_MISMATCH,
          String.format("file checksum 0x%016x, computed 0x%016x", found, crc.checksum()));
    }
    if (!in.atEnd()) {
      throw in.problem(Reason.INVALID, "bytes behind the trailer");
    }
    requirePost(post);
    trailer = new LtxTrailer(post, found);
  }

  // A wrong index is told, not refused: nothing here is found through it.
  private void readIndex() throws IOException {
    long from = in.position();
    IndexLog.Entries expected = index.entries();
    boolean right = true;
    for (long number = varint(); number != 0; number = varint()) {
      long position = varint();
      long frameBytes = varint();
      right &=
          expected.next()
              && number == expected.page()
              && position == expected.position()
              && frameBytes == expected.frameBytes();
    }
    right &= !expected.next();
    long length = in.position() - from;
    long claimed = in.i64();
    view.putLong(0, claimed);
    crc.update(small, 0, 8);
    indexIsRight = right && claimed == length;
  }

  private long varint() throws IOException {
    long value = 0;
    for (int length = 0; length < 10; length++) {
      int part = in.u8();
      small[length] = (byte) part;
      value |= (part & 0x7FL) << (7 * length);
      if (part < 0x80) {
        crc.update(small, 0, length + 1);
        return value;
      }
    }
    throw in.problem(Reason.INVALID, "a varint of more than ten bytes in the page index");
  }

  private void requirePost(long post) throws LtxException {
    if (!header.isTracked()) {
      if (post != 0) {
        throw in.problem(
            Reason.INVALID, "a post-apply checksum in a file without database checksums");
      }
      return;
    }
    if (post >= 0) {
      throw in.problem(Reason.INVALID, "a post-apply checksum without bit 63");
    }
    boolean empty = header.commit() == 0 && post != Crc64.CHECKSUM_FLAG;
    if (empty || (rolling != null && post != rolling.value())) {
      throw in.problem(
          Reason.CHECKSUM_MISMATCH,
          String.format("post-apply checksum 0x%016x is not that of the pages", post));
    }
  }

  /// Returns the number of the page that [#next] stepped to.
  public long pageNumber() {
    return page;
  }

  /// Returns that page, read-only; valid until [#next]. The same buffer each time.
  public ByteBuffer page() {
    return pageView.clear();
  }

  /// Reads to the end without looking at pages, and so verifies the file.
  public LtxTrailer finish() throws IOException {
    while (next()) {}
    return trailer();
  }

  /// Returns the trailer.
  ///
  /// @throws IllegalStateException before [#next] has returned false
  public LtxTrailer trailer() {
    LtxTrailer read = trailer;
    if (read == null) {
      throw new IllegalStateException(in.resource() + " is not read to its end");
    }
    return read;
  }

  /// Returns whether the page index says what the file holds; known at the end. Litestream's VFS
  /// finds pages through it, restores do not.
  public boolean indexIsRight() {
    trailer();
    return indexIsRight;
  }
}
