// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import dev.seawall.ltx.LockPage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Pages from the WAL, and from the database where the WAL has none.
final class CapturedPages implements Capture {
  private final PageAccess from;
  private final int size;
  private final long length;
  private final WalCursor end;
  private final long walPosition;
  private final long[] newest;
  // From this page on every page is handed over: the first new one, or all.
  private final long allFrom;
  private final @Nullable SqliteWalHeader header;
  private int at;
  private long next;
  private boolean torn;

  CapturedPages(
      PageAccess from,
      SqliteWalHeader header,
      SqliteWalReader.Scan found,
      long walPosition,
      long allFrom) {
    this(
        from,
        header.pageSize(),
        found.pages().commitPages(),
        found.end(),
        walPosition,
        found.pages().newest(header.pageSize()),
        allFrom,
        header);
  }

  /// @param size bytes a page
  /// @param length of the database in pages
  /// @param end where it ends in the WAL
  /// @param walPosition where it begins there
  /// @param newest pages in the WAL, ascending, as [PageMap#newest] has them
  /// @param allFrom from this page on every page is handed over
  /// @param header of the WAL; null when there is none
  CapturedPages(
      PageAccess from,
      int size,
      long length,
      WalCursor end,
      long walPosition,
      long[] newest,
      long allFrom,
      @Nullable SqliteWalHeader header) {
    this.from = from;
    this.size = size;
    this.length = length;
    this.end = end;
    this.walPosition = walPosition;
    this.newest = newest;
    this.allFrom = allFrom;
    this.header = header;
    this.next = following(0);
  }

  @Override
  public int pageSize() {
    return size;
  }

  @Override
  public long commit() {
    return length;
  }

  @Override
  public boolean isSnapshot() {
    return allFrom == 1;
  }

  @Override
  public WalCursor end() {
    return end;
  }

  @Override
  public long walPosition() {
    return walPosition;
  }

  @Override
  public boolean next(PageSink sink, long most) throws IOException {
    MemorySegment page = from.buffer().asSlice(0, size);
    long lockPage = LockPage.number(size);
    for (long given = 0; given < most && next <= length && !torn; given++) {
      if (at < newest.length && newest[at] >>> 32 == next) {
        long frame = newest[at++] & 0xFFFF_FFFFL;
        torn = header == null || !from.fromWal(header, frame, page);
      } else {
        fromDatabase(next, page);
      }
      if (next != lockPage && !torn) {
        sink.page(next, page.asByteBuffer());
      }
      next = following(next);
    }
    return next <= length && !torn;
  }

  // The next page to be handed over; `at` stands on the first one in the WAL behind `page`.
  private long following(long page) {
    long inWal = at < newest.length ? newest[at] >>> 32 : Long.MAX_VALUE;
    return Math.min(inWal, Math.max(page + 1, allFrom));
  }

  // A page that the database file does not reach was never written by SQLite: zeros.
  private void fromDatabase(long number, MemorySegment page) throws StorageException {
    int read = from.fromDatabase((number - 1) * size, page);
    page.asSlice(read).fill((byte) 0);
  }

  // A restart writes the header before it overwrites a frame.
  @Override
  public boolean isRight() throws StorageException {
    if (torn) {
      return false;
    }
    SqliteWalHeader before = header;
    return before == null ? from.isSameDatabase() : before.equals(from.headerNow());
  }
}
