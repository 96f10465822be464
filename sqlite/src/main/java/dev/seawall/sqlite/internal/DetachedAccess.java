// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Reads pages beside a capture that goes on: with a WAL of its own, on another thread.
final class DetachedAccess implements PageAccess, AutoCloseable {
  private static final int HEADER_BYTES = 64;

  private final SqliteSource source;
  private final PositionedReader database;
  private final @Nullable StorageFile wal;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment page;
  private final SqliteWalReader reader;

  DetachedAccess(SqliteSource source, int pageSize) throws StorageException {
    this.source = source;
    this.database = source.database();
    this.wal = source.openWal();
    this.page = arena.allocate(pageSize, 64);
    this.reader = new SqliteWalReader(arena.allocate(HEADER_BYTES, 64));
  }

  @Override
  public MemorySegment buffer() {
    return page;
  }

  @Override
  public boolean fromWal(SqliteWalHeader header, long frame, MemorySegment to)
      throws StorageException {
    StorageFile open = wal;
    return open != null && reader.page(open::read, header, frame, to);
  }

  @Override
  public int fromDatabase(long position, MemorySegment to) throws StorageException {
    return database.read(position, to);
  }

  @Override
  public @Nullable SqliteWalHeader headerNow() throws StorageException {
    StorageFile open = wal;
    return open == null ? null : reader.header(open::read);
  }

  @Override
  public boolean isSameDatabase() throws StorageException {
    return source.isSameDatabase();
  }

  @Override
  public void close() {
    StorageFile open = wal;
    if (open != null) {
      open.close();
    }
    arena.close();
  }
}
