// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What every real file does the same way: it checks the request, poisons itself, fills in the
/// ticket. The bytes are a [Medium]'s.
final class SystemFile implements StorageFile {

  /// What a write is asked for.
  enum Kind {
    /// On its way to the medium as the backend does it best.
    PLAIN,
    /// The same, and it may stay in the page cache.
    CACHED,
    /// On the medium when it is done.
    DURABLE
  }

  /// The part that differs: five verbs that block and throw. Confined as [StorageFile] says.
  interface Medium {
    long size() throws StorageException;

    void write(long position, MemorySegment source, Kind kind) throws StorageException;

    void truncate(long bytes) throws StorageException;

    void sync() throws StorageException;

    int read(long position, MemorySegment target) throws StorageException;

    void close();
  }

  private final Path path;
  private final OpenMode mode;
  private final SyncQueue queue;
  private final Medium medium;
  private volatile @Nullable StorageException poison;

  SystemFile(Path path, OpenMode mode, SyncQueue queue, Medium medium) {
    this.path = path;
    this.mode = mode;
    this.queue = queue;
    this.medium = medium;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long size() throws StorageException {
    requireHealthy("size");
    return medium.size();
  }

  @Override
  public void submitWrite(IoTicket ticket, long position, MemorySegment source) {
    submitWrite(ticket, position, source, Kind.PLAIN);
  }

  @Override
  public void submitCachedWrite(IoTicket ticket, long position, MemorySegment source) {
    submitWrite(ticket, position, source, Kind.CACHED);
  }

  @Override
  public void submitDurableWrite(IoTicket ticket, long position, MemorySegment source) {
    submitWrite(ticket, position, source, Kind.DURABLE);
  }

  @Override
  public void submitSync(IoTicket ticket) {
    requireWritable();
    ticket.begin();
    StorageException failure = null;
    try {
      sync();
    } catch (StorageException e) {
      failure = e;
    }
    queue.ended(ticket, failure, this, 0, 0);
  }

  @Override
  public void write(long position, MemorySegment source) throws StorageException {
    write(position, source, Kind.PLAIN);
  }

  @Override
  public void writeDurably(long position, MemorySegment source) throws StorageException {
    write(position, source, Kind.DURABLE);
  }

  @Override
  public void truncate(long bytes) throws StorageException {
    requireWritable();
    assert queue.isFree(this, 0, Long.MAX_VALUE) : "truncate with a write in flight: " + path;
    requireHealthy("truncate");
    long size = medium.size();
    if (bytes < 0 || bytes > size) {
      throw new IllegalArgumentException("truncate to " + bytes + " bytes, the size is " + size);
    }
    try {
      medium.truncate(bytes);
    } catch (StorageException e) {
      throw poisonedBy(e);
    }
  }

  @Override
  public void sync() throws StorageException {
    requireWritable();
    requireHealthy("sync");
    try {
      medium.sync();
    } catch (StorageException e) {
      throw poisonedBy(e);
    }
  }

  @Override
  public int read(long position, MemorySegment target) throws StorageException {
    if (position < 0) {
      throw new IllegalArgumentException("position " + position);
    }
    if (target.byteSize() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "read of " + target.byteSize() + " bytes, the limit is " + Integer.MAX_VALUE);
    }
    requireHealthy("read");
    return medium.read(position, target);
  }

  @Override
  public void close() {
    medium.close();
  }

  private void submitWrite(IoTicket ticket, long position, MemorySegment source, Kind kind) {
    requireWritable();
    requireAligned(position, source);
    ticket.begin();
    StorageException failure = null;
    try {
      write(position, source, kind);
    } catch (StorageException e) {
      failure = e;
    }
    queue.ended(ticket, failure, this, position, position + source.byteSize());
  }

  private void write(long position, MemorySegment source, Kind kind) throws StorageException {
    requireWritable();
    requireAligned(position, source);
    assert queue.isFree(this, position, position + source.byteSize())
        : "two writes in flight touch one block at position " + position + " of " + path;
    requireHealthy("write");
    try {
      medium.write(position, source, kind);
    } catch (StorageException e) {
      throw poisonedBy(e);
    } catch (RuntimeException e) {
      // For example memory of a closed arena: how much was written is unknown, and a ticket must
      // never stay in flight.
      throw poisonedBy(new StorageException("write", path, "at position " + position, e));
    }
  }

  void requireWritable() {
    if (mode == OpenMode.READ) {
      throw new IllegalStateException(path + " was opened for reading");
    }
  }

  static void requireAligned(long position, MemorySegment source) {
    long bytes = source.byteSize();
    if (!source.isNative()) {
      throw new IllegalArgumentException("a write needs off-heap memory");
    }
    if (position < 0 || bytes == 0 || position > Long.MAX_VALUE - bytes) {
      throw new IllegalArgumentException("write of " + bytes + " bytes at position " + position);
    }
    if (((position | bytes | source.address()) & (BLOCK_BYTES - 1)) != 0) {
      throw new IllegalArgumentException(
          "position %d, length %d or address 0x%x of a write is not a multiple of %d"
              .formatted(position, bytes, source.address(), BLOCK_BYTES));
    }
  }

  /// Returns why an operation is not tried; null when it may be.
  @Nullable StorageException refusal(String operation) {
    StorageException first = poison;
    return first == null ? null : Failures.poisoned(operation, path, first);
  }

  private void requireHealthy(String operation) throws StorageException {
    StorageException refusal = refusal(operation);
    if (refusal != null) {
      throw refusal;
    }
  }

  /// Remembers the first failure, and returns the one given.
  StorageException poisonedBy(StorageException failure) {
    if (poison == null) {
      poison = failure;
    }
    return failure;
  }
}
