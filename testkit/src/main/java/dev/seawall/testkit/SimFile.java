// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// One open file of a simulated disk.
final class SimFile implements StorageFile {
  private final SimDisk disk;
  private final Life life;
  private final Path path;
  private final SimInode inode;
  private final SimIoQueue queue;
  private final boolean writable;
  private @Nullable StorageException poison;
  private boolean closed;

  SimFile(SimDisk disk, Life life, Path path, SimInode inode, SimIoQueue queue, boolean writable) {
    this.disk = disk;
    this.life = life;
    this.path = path;
    this.inode = inode;
    this.queue = queue;
    this.writable = writable;
    inode.handles++;
  }

  SimInode inode() {
    return inode;
  }

  SimDisk disk() {
    return disk;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long size() throws StorageException {
    life.check();
    checkUsable("size");
    return inode.size();
  }

  @Override
  public void submitWrite(IoTicket ticket, long position, MemorySegment source) {
    submit(Verb.WRITE, ticket, position, source);
  }

  @Override
  public void submitDurableWrite(IoTicket ticket, long position, MemorySegment source) {
    submit(Verb.DURABLE_WRITE, ticket, position, source);
  }

  private void submit(Verb verb, IoTicket ticket, long position, MemorySegment source) {
    life.check();
    checkWrite(position, source);
    ticket.begin();
    StorageException refusal = refusal(verb.text());
    if (refusal != null) {
      queue.add(new SimOperation(this, inode, verb, ticket, refusal));
      return;
    }
    checkAlone(position, source.byteSize());
    queue.checkDepth(source.byteSize());
    SimOperation write = new SimOperation(this, inode, verb, ticket, position, source);
    inode.inFlight.add(write);
    queue.add(write);
    write.goesWrong(disk.begin(verb, path));
    disk.end();
  }

  @Override
  public void submitSync(IoTicket ticket) {
    life.check();
    checkMode();
    ticket.begin();
    StorageException refusal = refusal("sync");
    if (refusal != null) {
      queue.add(new SimOperation(this, inode, Verb.SYNC, ticket, refusal));
      return;
    }
    SimOperation sync = new SimOperation(this, inode, ticket);
    inode.inFlight.add(sync);
    queue.add(sync);
    sync.goesWrong(disk.begin(Verb.SYNC, path));
    disk.end();
  }

  @Override
  public void write(long position, MemorySegment source) throws StorageException {
    write(Verb.WRITE, position, source);
  }

  @Override
  public void writeDurably(long position, MemorySegment source) throws StorageException {
    life.check();
    disk.passTime();
    write(Verb.DURABLE_WRITE, position, source);
  }

  private void write(Verb verb, long position, MemorySegment source) throws StorageException {
    life.check();
    checkWrite(position, source);
    checkUsable("write");
    checkAlone(position, source.byteSize());
    run(new SimOperation(this, inode, verb, null, position, source));
  }

  // ---- for a window, which has a file of its own

  /// Stores into one page, from `offset` on.
  void store(long pagePosition, long offset, MemorySegment piece) throws StorageException {
    checkUsable("store");
    run(SimOperation.store(this, inode, pagePosition, Math.toIntExact(offset), piece));
  }

  /// Syncs the pages that hold `[from, to)`.
  void syncStores(long from, long to) throws StorageException {
    checkUsable("sync");
    SimInode.Capture covered = inode.capture(Math.toIntExact(from / Pages.PAGE), Pages.count(to));
    run(new SimOperation(this, inode, null, covered));
  }

  @Override
  public void sync() throws StorageException {
    life.check();
    checkMode();
    checkUsable("sync");
    disk.passTime();
    run(new SimOperation(this, inode, null));
  }

  /// Runs an operation at once. A crash that is due finds it in flight.
  private void run(SimOperation operation) throws StorageException {
    inode.inFlight.add(operation);
    operation.goesWrong(disk.begin(operation.verb, path));
    operation.apply();
    disk.end();
    operation.tell();
    StorageException failure = operation.failure();
    if (failure != null) {
      poison(failure);
      throw failure;
    }
  }

  @Override
  public void truncate(long bytes) throws StorageException {
    life.check();
    checkMode();
    checkUsable("truncate");
    if (bytes < 0 || bytes > inode.size()) {
      throw new IllegalArgumentException(
          "truncate " + path + " to " + bytes + " bytes; it has " + inode.size());
    }
    checkUnmapped();
    for (SimOperation operation : inode.inFlight) {
      if (operation.isWrite()) {
        throw new AssertionError("truncate " + path + " while a write is in flight");
      }
    }
    Fault fault = disk.begin(Verb.TRUNCATE, path);
    if (fault == null || disk.random().nextBoolean()) {
      inode.truncate(bytes, disk.random());
    }
    disk.end();
    if (fault != null) {
      StorageException failure =
          new StorageException("truncate", path, "simulated input/output error (EIO)", null);
      poison(failure);
      throw failure;
    }
  }

  @Override
  public int read(long position, MemorySegment target) throws StorageException {
    life.check();
    if (position < 0) {
      throw new IllegalArgumentException("read at position " + position);
    }
    checkUsable("read");
    Fault fault = disk.begin(Verb.READ, path);
    if (fault != null) {
      throw new StorageException(
          "read", path, "simulated input/output error (EIO) at position " + position, null);
    }
    int length = inode.read(position, target);
    disk.end();
    return length;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!life.isOver()) {
      queue.settle(this);
      inode.handles--;
      disk.dropIfUnused(inode);
    }
  }

  void poison(StorageException cause) {
    if (poison == null) {
      poison = cause;
    }
  }

  private @Nullable StorageException refusal(String operation) {
    if (closed) {
      return new StorageException(operation, path, "the file is closed", null);
    }
    if (poison != null) {
      return new StorageException(
          operation, path, "an earlier operation failed; reopen the file", poison);
    }
    return null;
  }

  void checkUsable(String operation) throws StorageException {
    StorageException refusal = refusal(operation);
    if (refusal != null) {
      throw refusal;
    }
  }

  private void checkMode() {
    if (!writable) {
      throw new IllegalStateException(path + " is open for reading only");
    }
  }

  private void checkWrite(long position, MemorySegment source) {
    checkMode();
    long bytes = source.byteSize();
    if (!source.isNative()
        || position < 0
        || position % BLOCK_BYTES != 0
        || bytes == 0
        || bytes % BLOCK_BYTES != 0
        || source.address() % BLOCK_BYTES != 0) {
      throw new IllegalArgumentException(
          "write "
              + path
              + ": position "
              + position
              + ", "
              + bytes
              + " bytes, "
              + (source.isNative() ? "address " + source.address() : "on the heap")
              + "; all must be multiples of "
              + BLOCK_BYTES
              + ", the memory off-heap and not empty");
    }
  }

  private void checkUnmapped() {
    if (inode.windows > 0) {
      throw new AssertionError(
          "write or truncate " + path + " while a window of it is open; " + disk.replay());
    }
  }

  private void checkAlone(long position, long bytes) {
    checkUnmapped();
    for (int i = 0; i < inode.inFlight.size(); i++) {
      if (inode.inFlight.get(i).overlaps(position, position + bytes)) {
        throw new AssertionError(
            "write "
                + path
                + " at ["
                + position
                + ", "
                + (position + bytes)
                + ") touches a block of a write in flight; "
                + disk.replay());
      }
    }
  }
}
