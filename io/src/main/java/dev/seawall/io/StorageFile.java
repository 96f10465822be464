// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// One open file.
///
/// Operations are submitted with an [IoTicket] and complete when [IoQueue#poll] says so. The
/// contract, tested by one suite on every implementation:
///
/// - Writes in flight are unordered, and two that touch one 4096-byte block are an assertion error.
/// - A sync covers exactly the writes of this file whose completion was *polled* before it was
///   submitted; any other may or may not survive.
/// - A durable write covers its own bytes only.
/// - A failed write, sync or truncation leaves each 512-byte sector old or new and poisons the
///   file: every later operation but close fails, reads included. A failed read poisons nothing. A
///   caller's bug (alignment, mode) is thrown at once and poisons nothing.
/// - The memory belongs to the file until the ticket is done.
/// - Positions, lengths and addresses of writes are multiples of [#BLOCK_BYTES], the memory is
///   off-heap and the length is not 0; anything else is an [IllegalArgumentException].
/// - A file of another length (see [#truncate]) ends inside a block; writing that block again makes
///   the length a multiple.
///
/// Every failure of a submitted operation arrives in its ticket, never as a thrown
/// [StorageException]; a closed or poisoned file too.
///
/// Submitting and polling are confined to one thread at a time; reads by the blocking [#read] are
/// safe from any thread.
public interface StorageFile extends AutoCloseable {
  /// The alignment of writes, in bytes.
  int BLOCK_BYTES = 4096;

  /// Returns the path under which it was opened; a later rename does not change it.
  Path path();

  /// Returns the file's length in bytes.
  long size() throws StorageException;

  /// Starts a write of all of `source` at `position`; a short write is carried on until all is
  /// written.
  void submitWrite(IoTicket ticket, long position, MemorySegment source);

  /// Starts a write like [#submitWrite], of bytes that nobody waits for: where writes go past the
  /// operating system's page cache, these may stay in it until a sync. They survive the process as
  /// soon as it is done.
  default void submitCachedWrite(IoTicket ticket, long position, MemorySegment source) {
    submitWrite(ticket, position, source);
  }

  /// Starts a write whose bytes are durable when it is done.
  void submitDurableWrite(IoTicket ticket, long position, MemorySegment source);

  /// Starts a sync of the data, and of the metadata needed to read it (`fdatasync`).
  void submitSync(IoTicket ticket);

  /// Writes all of `source` at `position` before it returns. Not durable.
  void write(long position, MemorySegment source) throws StorageException;

  /// Writes all of `source` at `position`; it is durable when this returns, like a
  /// [#submitDurableWrite] that was polled.
  ///
  /// For a caller that would do nothing but wait: on a backend with operations in flight this takes
  /// one trip through the kernel where a submission takes several (ADR 0010).
  default void writeDurably(long position, MemorySegment source) throws StorageException {
    write(position, source);
    sync();
  }

  /// Cuts the file to `bytes` bytes, any number up to its size; what lay behind is gone. No write
  /// may be in flight.
  ///
  /// Not durable: until a [#sync] that follows has returned, a loss of power leaves the old length
  /// or the new one.
  ///
  /// @throws IllegalArgumentException when `bytes` is negative or over the size
  void truncate(long bytes) throws StorageException;

  /// Syncs before it returns: covers every write that completed before the call.
  void sync() throws StorageException;

  /// Reads up to `target.byteSize()` bytes and returns how many; fewer only at the end of the file.
  /// Any alignment; any thread.
  int read(long position, MemorySegment target) throws StorageException;

  /// Closes without syncing; idempotent. Operations in flight complete or are waited for.
  @Override
  void close();
}
