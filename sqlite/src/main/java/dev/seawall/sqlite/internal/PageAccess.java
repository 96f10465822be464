// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Where captured pages are read from. Confined to one thread at a time.
interface PageAccess {
  /// Returns a buffer of at least one page.
  MemorySegment buffer();

  /// Reads the page of a frame of the WAL that was open when the capture began.
  ///
  /// @return false when the file ends before its end
  boolean fromWal(SqliteWalHeader header, long frame, MemorySegment to) throws StorageException;

  /// Reads from the database file; returns how many bytes there were.
  int fromDatabase(long position, MemorySegment to) throws StorageException;

  /// Returns the header of that WAL now; null when there is none.
  @Nullable SqliteWalHeader headerNow() throws StorageException;

  /// Returns whether the database's path still leads to the file that was opened.
  boolean isSameDatabase() throws StorageException;
}
