// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal;

import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// Writes a new file of any length through whole blocks, and syncs it. Used by one thread at a
/// time.
public final class BlockWriter implements AutoCloseable {
  private static final int STAGING_BYTES = 64 * StorageFile.BLOCK_BYTES;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment staging;
  private final IoQueue queue;
  private final StorageFile file;
  private long flushed;
  private int staged;
  private long length = -1;
  private boolean released;

  /// Creates the file.
  public BlockWriter(FileSystem files, Path path) throws StorageException {
    this.staging = arena.allocate(STAGING_BYTES, StorageFile.BLOCK_BYTES);
    this.queue = files.newQueue();
    try {
      this.file = files.open(path, FileSystem.OpenMode.CREATE, queue);
    } catch (StorageException e) {
      queue.close();
      arena.close();
      throw e;
    }
  }

  /// Adds bytes.
  public void append(byte[] source, int offset, int count) throws StorageException {
    int taken = 0;
    while (taken < count) {
      if (staged == STAGING_BYTES) {
        flush(STAGING_BYTES);
      }
      int part = Math.min(STAGING_BYTES - staged, count - taken);
      MemorySegment.copy(
          MemorySegment.ofArray(source), offset + (long) taken, staging, staged, part);
      staged += part;
      taken += part;
    }
  }

  /// Returns how many bytes were added.
  public long size() {
    return length >= 0 ? length : flushed + staged;
  }

  /// Makes the bytes durable; the name is not. Nothing can be added any more.
  public void sync() throws StorageException {
    complete();
    file.sync();
  }

  /// Brings the bytes into the file, not durably. Nothing can be added any more.
  public void complete() throws StorageException {
    long bytes = size();
    if (staged > 0) {
      int padded = Math.ceilDiv(staged, StorageFile.BLOCK_BYTES) * StorageFile.BLOCK_BYTES;
      staging.asSlice(staged, padded - staged).fill((byte) 0);
      boolean exact = padded == staged;
      flush(padded);
      if (!exact) {
        file.truncate(bytes);
      }
    }
    length = bytes;
  }

  private void flush(int bytes) throws StorageException {
    file.write(flushed, staging.asSlice(0, bytes));
    flushed += bytes;
    staged = 0;
  }

  @Override
  public void close() {
    if (!released) {
      released = true;
      file.close();
      queue.close();
      arena.close();
    }
  }
}
