// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.StorageException;
import dev.seawall.ltx.LockPage;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Writes a database from its first page to its last; the lock page becomes zeros by itself.
/// Confined to one thread.
final class DatabaseWriter {
  private final AtomicFile file;
  private final int pageSize;
  private long pages;

  DatabaseWriter(AtomicFile file, int pageSize) {
    this.file = file;
    this.pageSize = pageSize;
  }

  /// Adds the next page.
  ///
  /// @param number the one after the last, the lock page passed over
  void page(long number, ByteBuffer bytes) throws StorageException {
    if (pages + 1 == LockPage.number(pageSize) && number == pages + 2) {
      zeros();
    }
    if (number != pages + 1) {
      throw new IllegalStateException("page " + number + " after page " + pages);
    }
    append(bytes);
  }

  /// Adds pages of zeros up to a length, if it is shorter: a lock page at the very end.
  void extendTo(long count) throws StorageException {
    while (pages < count) {
      zeros();
    }
  }

  /// Returns how many pages were written.
  long pages() {
    return pages;
  }

  private void zeros() throws StorageException {
    append(ByteBuffer.allocate(pageSize));
  }

  private void append(ByteBuffer bytes) throws StorageException {
    file.append(MemorySegment.ofBuffer(bytes));
    pages++;
  }
}
