// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The newest image of each page over several WALs that follow each other, all of them in one file
/// that nobody writes any more. Confined to one thread.
///
/// Every whole transaction counts: the WALs were copied from behind commits.
public final class WalImages implements AutoCloseable {
  private final StorageFile file;
  private final SqliteWalReader reader = new SqliteWalReader();
  private final Arena arena = Arena.ofShared();
  // By page number: where its image begins; 0 without one, since a header stands there.
  private long[] positions = new long[64];
  private long pages;
  private long baseLimit = Long.MAX_VALUE;
  private int pageSize;
  private MemorySegment page = MemorySegment.NULL;

  /// @param file holds the WALs, one behind the other
  public WalImages(StorageFile file) {
    this.file = file;
  }

  /// Adds the WAL that stands in a part of the file. One that holds nothing changes nothing.
  ///
  /// @param from where its header begins
  /// @param bytes its length
  public void add(long from, long bytes) throws StorageException {
    PositionedReader part =
        (position, target) ->
            position >= bytes
                ? 0
                : file.read(
                    from + position,
                    target.asSlice(0, Math.min(target.byteSize(), bytes - position)));
    SqliteWalHeader header = reader.header(part);
    if (header == null) {
      return;
    }
    WalTrust all = WalTrust.index(new WalIndex(Long.MAX_VALUE, 0, 0, 0, 0));
    // A transaction at a time: a shrink in the middle must be seen.
    WalCursor cursor = WalCursor.start(header);
    SqliteWalReader.Scan scan;
    do {
      scan = reader.scan(part, header, cursor, all, 1);
      if (scan.transactions() > 0) {
        take(scan, header, from);
      }
      cursor = scan.end();
    } while (scan.more());
  }

  private void take(SqliteWalReader.Scan scan, SqliteWalHeader header, long from) {
    if (pageSize == 0) {
      pageSize = header.pageSize();
      page = arena.allocate(pageSize);
    }
    if (header.pageSize() != pageSize) {
      throw new IllegalStateException(
          "pages of " + header.pageSize() + " bytes after pages of " + pageSize);
    }
    long commit = scan.pages().commitPages();
    if (commit < positions.length - 1) {
      Arrays.fill(positions, (int) commit + 1, positions.length, 0);
    }
    pages = commit;
    baseLimit = Math.min(baseLimit, commit);
    for (long entry : scan.pages().newest(pageSize)) {
      int number = Math.toIntExact(entry >>> 32);
      if (number >= positions.length) {
        positions = Arrays.copyOf(positions, Math.max(number + 1, positions.length * 2));
      }
      positions[number] =
          from + header.position(entry & 0xFFFF_FFFFL) + SqliteWalFrame.HEADER_BYTES;
    }
  }

  /// Returns bytes a page; 0 when no WAL held a transaction.
  public int pageSize() {
    return pageSize;
  }

  /// Returns the length of the database in pages behind the last transaction; 0 without one.
  public long pages() {
    return pages;
  }

  /// Returns whether a page of the base still exists: no transaction cut it off.
  public boolean keepsBase(long number) {
    return number <= baseLimit;
  }

  /// Returns whether a transaction wrote the page.
  public boolean hasPage(long number) {
    return number < positions.length && positions[(int) number] != 0;
  }

  /// Returns the newest image of a page; valid until the next call.
  public ByteBuffer page(long number) throws StorageException {
    int read = file.read(positions[(int) number], page);
    if (read < pageSize) {
      throw new StorageException("read", file.path(), "it ends in a page", null);
    }
    return page.asByteBuffer();
  }

  @Override
  public void close() {
    reader.close();
    arena.close();
  }
}
