// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import dev.seawall.ltx.LtxHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What the first 100 bytes of a database say. Source: SQLite's file format, "The Database Header".
///
/// @param pageSize bytes a page
/// @param pages length of the database in pages
record DatabaseHeader(int pageSize, long pages) {
  private static final int BYTES = 100;
  private static final int MAX_PAGE_BYTES = 65536;
  private static final int FIRST_SAFE_SQLITE = 3_051_003;

  /// Reads it.
  ///
  /// @param buffer takes the bytes
  /// @return null when the database is shorter
  /// @throws IOException when it has no page size
  static @Nullable DatabaseHeader read(PositionedReader database, MemorySegment buffer)
      throws IOException {
    MemorySegment start = bytes(database, buffer);
    if (start == null) {
      return null;
    }
    int high = start.get(SqliteWalHeader.U32, 16) >>> 16;
    int size = high == 1 ? MAX_PAGE_BYTES : high;
    if (!LtxHeader.isPageSize(size)) {
      throw new IOException("the database's header says pages of " + size + " bytes");
    }
    return new DatabaseHeader(size, start.get(SqliteWalHeader.U32, 28) & 0xFFFF_FFFFL);
  }

  /// Returns the version of SQLite that wrote it last, when it is before 3.51.3; null otherwise.
  static @Nullable String tooOldWriter(PositionedReader database, MemorySegment buffer)
      throws StorageException {
    MemorySegment start = bytes(database, buffer);
    int version = start == null ? 0 : start.get(SqliteWalHeader.U32, 96);
    return version <= 0 || version >= FIRST_SAFE_SQLITE
        ? null
        : version / 1_000_000 + "." + version / 1000 % 1000 + "." + version % 1000;
  }

  private static @Nullable MemorySegment bytes(PositionedReader database, MemorySegment buffer)
      throws StorageException {
    MemorySegment start = buffer.asSlice(0, BYTES);
    return database.read(0, start) < BYTES ? null : start;
  }
}
