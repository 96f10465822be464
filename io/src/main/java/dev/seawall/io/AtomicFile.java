// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// A file that appears whole or not at all: temporary, sync, rename, sync directory.
///
/// Bytes of any length go to `<name>.tmp` beside the target; [#commit] makes them durable under the
/// target's name, replacing an older file. A crash at any moment leaves the old content, or the new
/// content, and perhaps a temporary that [#deleteTemporaries] removes. One writer of a target at a
/// time. Confined to the opener.
public final class AtomicFile implements AutoCloseable {
  /// What the name of every temporary ends with.
  public static final String TEMPORARY_SUFFIX = ".tmp";

  private static final int STAGING_BYTES = 16 * StorageFile.BLOCK_BYTES;

  private final FileSystem files;
  private final Path target;
  private final Path temporary;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment staging;
  private final IoQueue queue;
  private final StorageFile file;
  private long flushed;
  private int staged;
  private boolean released;
  // Whether nothing is left to remove.
  private boolean settled;

  private AtomicFile(FileSystem files, Path target, Path temporary) throws StorageException {
    this.files = files;
    this.target = target;
    this.temporary = temporary;
    this.staging = arena.allocate(STAGING_BYTES, StorageFile.BLOCK_BYTES);
    this.queue = files.newQueue();
    try {
      this.file = files.open(temporary, FileSystem.OpenMode.CREATE, queue);
    } catch (StorageException e) {
      queue.close();
      arena.close();
      throw e;
    }
  }

  /// Starts the new content of `target`; an older temporary of it is removed.
  public static AtomicFile begin(FileSystem files, Path target) throws StorageException {
    Path temporary = target.resolveSibling(target.getFileName() + TEMPORARY_SUFFIX);
    if (!files.status(temporary).isMissing()) {
      files.delete(temporary);
    }
    return new AtomicFile(files, target, temporary);
  }

  /// Replaces the content of `target` by `content`; durable when it returns.
  public static void write(FileSystem files, Path target, MemorySegment content)
      throws StorageException {
    try (AtomicFile file = begin(files, target)) {
      file.append(content);
      file.commit();
    }
  }

  /// Reads a whole small file into memory that the garbage collector frees.
  ///
  /// @throws StorageException when it is missing or has more than `maxBytes` bytes
  public static MemorySegment read(FileSystem files, Path path, int maxBytes)
      throws StorageException {
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, FileSystem.OpenMode.READ, queue)) {
      long bytes = file.size();
      if (bytes > maxBytes) {
        throw new StorageException(
            "read", path, "it has " + bytes + " bytes, the limit is " + maxBytes, null);
      }
      MemorySegment content = Arena.ofAuto().allocate(Math.max(1, bytes));
      int read = file.read(0, content.asSlice(0, bytes));
      return content.asSlice(0, read);
    }
  }

  /// Removes what crashes left behind in `directory`: every file whose name ends with
  /// [#TEMPORARY_SUFFIX]. Returns how many.
  ///
  /// Call it before the first [#begin], by whoever holds the directory's lock. Durable when it
  /// returns.
  public static int deleteTemporaries(FileSystem files, Path directory) throws StorageException {
    int deleted = 0;
    for (String name : files.list(directory)) {
      Path path = directory.resolve(name);
      if (name.endsWith(TEMPORARY_SUFFIX) && files.status(path).isFile()) {
        files.delete(path);
        deleted++;
      }
    }
    if (deleted > 0) {
      files.syncDirectory(directory);
    }
    return deleted;
  }

  /// Adds bytes; any length, any memory, which is the caller's again on return. Not durable.
  ///
  /// @throws IllegalStateException after [#commit] or [#close]
  public void append(MemorySegment bytes) throws StorageException {
    requireOpen();
    long taken = 0;
    while (taken < bytes.byteSize()) {
      if (staged == STAGING_BYTES) {
        flush(STAGING_BYTES);
      }
      int part = (int) Math.min(STAGING_BYTES - staged, bytes.byteSize() - taken);
      MemorySegment.copy(bytes, taken, staging, staged, part);
      staged += part;
      taken += part;
    }
  }

  /// Returns how many bytes were appended.
  public long size() {
    return flushed + staged;
  }

  /// Makes what was appended the target's content, durably.
  ///
  /// When it fails the target has its old content or the new one, and which of them is unknown
  /// until the directory was synced.
  ///
  /// @throws IllegalStateException after [#commit] or [#close]
  public void commit() throws StorageException {
    requireOpen();
    long bytes = size();
    if (staged > 0) {
      // Files are written in whole blocks: zeros to the block's end, cut off again before the sync.
      int padded = Math.ceilDiv(staged, StorageFile.BLOCK_BYTES) * StorageFile.BLOCK_BYTES;
      staging.asSlice(staged, padded - staged).fill((byte) 0);
      boolean exact = padded == staged;
      flush(padded);
      if (!exact) {
        file.truncate(bytes);
      }
    }
    file.sync();
    release();
    files.rename(temporary, target);
    settled = true;
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IllegalArgumentException(target + " has no directory");
    }
    files.syncDirectory(directory);
  }

  /// Gives up unless committed: removes the temporary, if it can. Idempotent.
  @Override
  public void close() {
    release();
    if (settled) {
      return;
    }
    settled = true;
    try {
      files.delete(temporary);
    } catch (StorageException _) {
      // The next begin or deleteTemporaries removes it; the target was never touched.
    }
  }

  private void flush(int bytes) throws StorageException {
    file.write(flushed, staging.asSlice(0, bytes));
    flushed += bytes;
    staged = 0;
  }

  private void release() {
    if (!released) {
      released = true;
      file.close();
      queue.close();
      arena.close();
    }
  }

  private void requireOpen() {
    if (released) {
      throw new IllegalStateException("the content of " + target + " was committed or given up");
    }
  }
}
