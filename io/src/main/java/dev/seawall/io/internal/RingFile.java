// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file whose submitted writes and syncs are in flight in a [Ring], past the page cache.
///
/// The blocking verbs are those of [DirectFile], by the same descriptors: they need no queue, so
/// any thread may prepare a file while another one polls. Reads go through the page cache.
final class RingFile implements StorageFile {
  private final SystemFile blocking;
  private final DirectFile direct;
  private final RingQueue queue;
  // Until the caller was told.
  private final List<RingOperation> inFlight = new ArrayList<>();
  // Until the kernel is done. Written by the queue's thread; whoever closes may be another one.
  private volatile int unended;

  /// Makes one of a file that was opened for writing, with direct I/O.
  RingFile(Path path, OpenMode mode, RingQueue queue, DirectFile direct) {
    this.blocking = new SystemFile(path, mode, queue.immediate(), direct);
    this.direct = direct;
    this.queue = queue;
  }

  @Override
  public Path path() {
    return blocking.path();
  }

  @Override
  public long size() throws StorageException {
    return blocking.size();
  }

  @Override
  public void submitWrite(IoTicket ticket, long position, MemorySegment source) {
    submitWrite(ticket, position, source, false);
  }

  @Override
  public void submitCachedWrite(IoTicket ticket, long position, MemorySegment source) {
    requireAlone(position, source);
    blocking.submitCachedWrite(ticket, position, source);
  }

  @Override
  public void submitDurableWrite(IoTicket ticket, long position, MemorySegment source) {
    submitWrite(ticket, position, source, true);
  }

  private void submitWrite(IoTicket ticket, long position, MemorySegment source, boolean durable) {
    requireAlone(position, source);
    if (!source.scope().isAlive()) {
      throw new IllegalStateException("write of memory that was freed");
    }
    if (!queue.takes(source.byteSize())) {
      if (durable) {
        blocking.submitDurableWrite(ticket, position, source);
      } else {
        blocking.submitWrite(ticket, position, source);
      }
      return;
    }
    ticket.begin();
    if (begin("write", ticket)) {
      submit(queue.newOperation().write(this, ticket, position, source, durable));
    }
  }

  @Override
  public void submitSync(IoTicket ticket) {
    if (!queue.takes(0)) {
      blocking.submitSync(ticket);
      return;
    }
    ticket.begin();
    if (begin("sync", ticket)) {
      submit(queue.newOperation().sync(this, ticket));
    }
  }

  /// Pins the descriptors; false when the ticket already knows why not.
  private boolean begin(String operation, IoTicket ticket) {
    StorageException refusal = blocking.refusal(operation);
    if (refusal == null) {
      try {
        direct.beginUse(operation);
        return true;
      } catch (StorageException e) {
        refusal = e;
      }
    }
    queue.immediate().ended(ticket, refusal, this, 0, 0);
    return false;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread at a time submits and polls.
  private void submit(RingOperation operation) {
    inFlight.add(operation);
    unended++;
    queue.submit(operation);
  }

  @Override
  public void write(long position, MemorySegment source) throws StorageException {
    requireAlone(position, source);
    blocking.write(position, source);
  }

  @Override
  public void writeDurably(long position, MemorySegment source) throws StorageException {
    requireAlone(position, source);
    blocking.writeDurably(position, source);
  }

  private void requireAlone(long position, MemorySegment source) {
    SystemFile.requireAligned(position, source);
    assert isFree(position, position + source.byteSize())
        : "two writes in flight touch one block at position " + position + " of " + path();
  }

  @Override
  public void truncate(long bytes) throws StorageException {
    assert isFree(0, Long.MAX_VALUE) : "truncate with a write in flight: " + path();
    blocking.truncate(bytes);
  }

  @Override
  public void sync() throws StorageException {
    blocking.sync();
  }

  @Override
  public int read(long position, MemorySegment target) throws StorageException {
    return blocking.read(position, target);
  }

  @Override
  public void close() {
    if (isInFlight()) {
      queue.settle(this);
    }
    blocking.close();
  }

  // ---- for the queue

  DirectFile direct() {
    return direct;
  }

  /// Returns whether the kernel may still have something of it.
  boolean isInFlight() {
    return unended > 0;
  }

  /// Returns why an operation that waits is not begun; null when it may be.
  @Nullable StorageException refusal(String operation) {
    return blocking.refusal(operation);
  }

  StorageException poisonedBy(StorageException failure) {
    return blocking.poisonedBy(failure);
  }

  /// An operation has ended; a failure poisons the file from now on.
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread at a time submits and polls.
  void ended(RingOperation operation) {
    unended--;
    StorageException failure = operation.failure();
    if (failure != null) {
      poisonedBy(failure);
    }
    direct.endUse();
  }

  /// The caller is about to be told.
  void told(RingOperation operation) {
    inFlight.remove(operation);
  }

  private boolean isFree(long from, long to) {
    for (int i = 0; i < inFlight.size(); i++) {
      if (inFlight.get(i).overlaps(from, to)) {
        return false;
      }
    }
    return true;
  }
}
