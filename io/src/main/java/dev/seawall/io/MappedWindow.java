// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// A part of a file as memory: a store is a copy, without a system call.
///
/// # What is durable when
///
/// | call, returned without failure | process death | loss of power |
/// |---|---|---|
/// | [#store] | whole | each 512-byte sector old or new, independently, until a sync covers it |
/// | a store cut short by the death | any of its bytes, old or new | the same |
/// | [#sync] | – | every store into its range that returned before the call |
/// | [#touch], [#load] | – | nothing |
/// | [#close] | – | nothing: closing is not syncing |
///
/// The kernel may write stored bytes back at any time and in any order, so an unsynced store can
/// survive a loss of power while an earlier one does not.
///
/// # Rules
///
/// - The region was *written* before, and its file synced: the window changes neither the length
///   nor the blocks of a file. A store into a hole can find the disk full, and so can any store on
///   a copy-on-write file system.
/// - While a window is open nobody writes, cuts or maps the file otherwise: direct I/O and a
///   mapping do not see each other's bytes in time, and a store behind a cut has nowhere to go.
///   Reading by a [StorageFile] is fine and sees what was stored.
/// - A store or load whose page cannot be had – the file was cut, the device failed, the disk is
///   full – is a [StorageException] in the thread that made it and *fails the window*: every later
///   call but close fails. So does a failed sync: the pages it could not write may be called clean.
///   What the failed call stored is unknown, byte for byte.
/// - Never compute over a mapping in place, for example a checksum: the JVM dies when a page cannot
///   be had in one of its own loops. That is why the memory is not handed out.
///
/// # Cost
///
/// Writing back protects a page against stores again; the next store into it pays a few
/// microseconds, and milliseconds when the page must be read from the device. [#touch] pays that in
/// advance. [FileSystem#map] and [#close] work through the whole region: keep them off the thread
/// that appends.
///
/// Thread-safe; stores into ranges that overlap are the callers' to order.
public interface MappedWindow extends AutoCloseable {
  /// Returns the path under which it was mapped; a later rename does not change it.
  Path path();

  /// Returns where in the file it begins, in bytes.
  long position();

  /// Returns its length in bytes.
  long byteSize();

  /// Copies `bytes` bytes of `source` from `from` on to `at`, counted from the window's begin. Any
  /// alignment, any memory. When it returns, the bytes survive the death of the process.
  ///
  /// @throws StorageException when a page cannot be had, or the window failed or was closed before
  /// @throws IndexOutOfBoundsException when either range reaches over its end; nothing is stored
  void store(long at, MemorySegment source, long from, long bytes) throws StorageException;

  /// Copies `bytes` bytes from `at` on to `target` at `to`. Any alignment, any memory.
  ///
  /// @throws StorageException when a page cannot be had, or the window failed or was closed before
  /// @throws IndexOutOfBoundsException when either range reaches over its end
  void load(long at, MemorySegment target, long to, long bytes) throws StorageException;

  /// Makes the pages of a range ready for stores, without changing a byte. For another thread than
  /// the one that stores, a little ahead of it: each page touched is written by the next sync that
  /// covers it.
  ///
  /// @throws StorageException when a page cannot be had, or the window failed or was closed before
  /// @throws IndexOutOfBoundsException when the range reaches over the end
  void touch(long at, long bytes) throws StorageException;

  /// Makes every store into the range durable that returned before the call. Other ranges may or
  /// may not become durable with it.
  ///
  /// @throws StorageException when that failed – it is not to be tried again –, or the window
  ///   failed or was closed before
  /// @throws IndexOutOfBoundsException when the range reaches over the end
  void sync(long at, long bytes) throws StorageException;

  /// Unmaps without syncing; idempotent. Waits for calls of other threads.
  @Override
  void close();
}
