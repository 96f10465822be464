// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Reads whole transactions from a WAL, beside a writer. Confined to one thread; works in one
/// buffer.
///
/// Nothing is believed that the checksums do not prove, and nothing outside whole transactions is
/// shown. A file that ends early, also in the middle of a call, is a WAL that ends there.
public final class SqliteWalReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final @Nullable Arena arena;
  private MemorySegment buffer;

  /// Makes one with a buffer of its own, 256 KiB off-heap.
  public SqliteWalReader() {
    arena = Arena.ofShared();
    buffer = arena.allocate(BUFFER_BYTES, 64);
  }

  /// Makes one that works in a lent buffer of at least 64 KiB and a frame header, see [#lend].
  SqliteWalReader(MemorySegment lent) {
    arena = null;
    buffer = lent;
  }

  /// Lends another buffer; nothing of the one before is used any more.
  void lend(MemorySegment lent) {
    buffer = lent;
  }

  /// What a scan found behind the cursor it began at.
  ///
  /// @param pages where the last image of each page is; empty without a whole transaction
  /// @param end behind the last transaction that counts; the cursor itself without one
  /// @param seen behind the last transaction that is whole, counted or not
  /// @param transactions how many count
  /// @param more whether the scan stopped because of its limit of bytes
  record Scan(PageMap pages, WalCursor end, WalCursor seen, long transactions, boolean more) {}

  /// Reads the header.
  ///
  /// @return null when there is no valid one
  public @Nullable SqliteWalHeader header(PositionedReader wal) throws StorageException {
    MemorySegment bytes = buffer.asSlice(0, SqliteWalHeader.BYTES);
    int read = wal.read(0, bytes);
    return SqliteWalHeader.parse(bytes.asSlice(0, read));
  }

  /// Reads the frame header that stands at a position.
  ///
  /// @return null when the file ends before its end
  @Nullable SqliteWalFrame frame(PositionedReader wal, long position) throws StorageException {
    MemorySegment bytes = buffer.asSlice(0, SqliteWalFrame.HEADER_BYTES);
    return wal.read(position, bytes) < SqliteWalFrame.HEADER_BYTES
        ? null
        : SqliteWalFrame.parse(bytes, 0);
  }

  /// Returns whether a whole frame of this WAL may stand at the cursor: the cheap test for anything
  /// new, 24 bytes.
  boolean hasMore(PositionedReader wal, SqliteWalHeader header, WalCursor cursor)
      throws StorageException {
    SqliteWalFrame next = frame(wal, cursor.position());
    return next != null && next.isOf(header);
  }

  /// Returns whether the frame in front of the cursor is still the one that was read: its running
  /// checksum stands for everything before it.
  boolean isUnchanged(PositionedReader wal, SqliteWalHeader header, WalCursor cursor)
      throws StorageException {
    if (!header.isOf(cursor)) {
      return false;
    }
    if (cursor.isAtStart()) {
      return true;
    }
    SqliteWalFrame last = frame(wal, cursor.position() - header.frameBytes());
    return last != null
        && last.isOf(header)
        && last.checksum1() == cursor.checksum1()
        && last.checksum2() == cursor.checksum2();
  }

  /// Reads transactions from a cursor on.
  ///
  /// @param header of the file now
  /// @param from a cursor of this WAL
  /// @param trust decides which whole transactions count
  /// @param maxBytes stops behind the transaction that reaches it; a single longer one is read
  ///   whole
  Scan scan(
      PositionedReader wal, SqliteWalHeader header, WalCursor from, WalTrust trust, long maxBytes)
      throws StorageException {
    if (!header.isOf(from)) {
      throw new IllegalArgumentException("the cursor is of another WAL");
    }
    return new Pass(wal, header, from, trust, maxBytes).run();
  }

  /// Reads the page of a frame.
  ///
  /// @param frame its number
  /// @param to takes exactly one page
  /// @return false when the file ends before its end
  boolean page(PositionedReader wal, SqliteWalHeader header, long frame, MemorySegment to)
      throws StorageException {
    return wal.read(header.position(frame) + SqliteWalFrame.HEADER_BYTES, to) == to.byteSize();
  }

  @Override
  public void close() {
    if (arena != null) {
      arena.close();
    }
  }

  /// One scan: frames are read in pieces of as many as the buffer holds.
  private final class Pass {
    private final PositionedReader wal;
    private final SqliteWalHeader header;
    private final WalTrust trust;
    private final long maxBytes;
    private final PageMap pages = new PageMap();
    private final WalChecksum checksum;
    private final long start;
    private long position;
    private WalCursor end;
    private WalCursor seen;
    // Length of the database in pages behind a transaction that does not count yet; 0 without one.
    private long pending;
    private long transactions;
    private boolean stopped;
    private boolean more;

    Pass(
        PositionedReader wal,
        SqliteWalHeader header,
        WalCursor from,
        WalTrust trust,
        long maxBytes) {
      this.wal = wal;
      this.header = header;
      this.trust = trust;
      this.maxBytes = maxBytes;
      this.checksum = header.newChecksum();
      this.checksum.start(from.checksum1(), from.checksum2());
      this.start = from.position();
      this.position = start;
      this.end = from;
      this.seen = from;
    }

    Scan run() throws StorageException {
      long frameBytes = header.frameBytes();
      long chunk = buffer.byteSize() / frameBytes * frameBytes;
      while (!stopped) {
        int read = wal.read(position, buffer.asSlice(0, chunk));
        long whole = read / frameBytes * frameBytes;
        for (long at = 0; at < whole && !stopped; at += frameBytes) {
          take(at);
        }
        stopped |= read < chunk;
      }
      pages.rollback();
      return new Scan(pages, end, seen, transactions, more);
    }

    private void take(long at) {
      SqliteWalFrame frame = SqliteWalFrame.parse(buffer, at);
      long number = header.frameBefore(position) + 1;
      if (number > trust.lastFrame() || frame.page() == 0 || !frame.isOf(header)) {
        stopped = true;
        return;
      }
      checksum.update(buffer, at, SqliteWalFrame.CHECKED_BYTES);
      checksum.update(buffer, at + SqliteWalFrame.HEADER_BYTES, header.pageSize());
      if (!checksum.is(frame.checksum1(), frame.checksum2())) {
        stopped = true;
        return;
      }
      if (pending != 0 && trust.laterFrameProves()) {
        commit(pending);
        if (stopped) {
          return;
        }
      }
      position += header.frameBytes();
      pages.add(frame.page(), number);
      if (frame.commit() == 0) {
        return;
      }
      seen =
          new WalCursor(
              header.salt1(), header.salt2(), position, frame.checksum1(), frame.checksum2());
      if (trust.counts(seen)) {
        commit(frame.commit());
      } else {
        pending = frame.commit();
      }
    }

    // Everything added so far counts, up to `seen`.
    private void commit(long databasePages) {
      pages.commit(databasePages);
      end = seen;
      pending = 0;
      transactions++;
      if (position - start >= maxBytes) {
        stopped = true;
        more = true;
      }
    }
  }
}
