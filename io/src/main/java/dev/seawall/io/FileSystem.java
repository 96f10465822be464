// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.nio.file.Path;
import java.util.List;

/// The door to disks: files, directories, locks. Thread-safe.
///
/// What survives loss of power is stated per call in the package documentation. Nothing here is
/// durable before [#syncDirectory] (names) or a sync of the file (bytes) returned.
public interface FileSystem {

  /// How a file is opened. All writers of one file share one open file.
  enum OpenMode {
    /// An existing file, for reading only; through the page cache, so that every byte can be read
    /// at any alignment.
    READ,
    /// An existing file, for reading and writing.
    WRITE,
    /// A new file with mode 0600, for reading and writing; fails if the name exists.
    CREATE
  }

  /// Returns the name of this implementation as it appears in statistics: `uring`, `threads`,
  /// `direct`, `buffered`, `channel`, `simulated`.
  String backend();

  /// Returns what is written with now, and which backends were passed over and why. It may change
  /// when a file is opened or first written: a single file system can refuse direct I/O.
  default BackendReport report() {
    return new BackendReport(backend(), List.of());
  }

  /// Opens a file; its operations complete on `queue`.
  StorageFile open(Path path, OpenMode mode, IoQueue queue) throws StorageException;

  /// Maps a region of an existing file that was written before, for reading and writing, and reads
  /// it in; takes as long as that does. The same on every backend.
  ///
  /// @throws StorageException when there is no such file, or it cannot be mapped or read
  /// @throws IllegalArgumentException when position or length is not a multiple of
  ///   [StorageFile#BLOCK_BYTES], the length is not positive, or the region reaches over the end
  MappedWindow map(Path path, long position, long bytes) throws StorageException;

  /// Makes a queue for the completions of any number of files. Confined to whoever leads the files'
  /// worker.
  IoQueue newQueue();

  /// Returns what stands at `path`, never following a symbolic link in the last place.
  FileStatus status(Path path) throws StorageException;

  /// Returns the names in a directory, in no particular order, without `.` and `..`.
  List<String> list(Path directory) throws StorageException;

  /// Creates the directory and its missing parents with mode 0700 and syncs each parent.
  void createDirectories(Path directory) throws StorageException;

  /// Renames atomically; an existing file at `to` is replaced. Durable after [#syncDirectory].
  void rename(Path from, Path to) throws StorageException;

  /// Removes the name; a missing one is an error. Durable after [#syncDirectory].
  void delete(Path path) throws StorageException;

  /// Makes creations, renames and removals in `directory` durable. A no-op on Windows.
  void syncDirectory(Path directory) throws StorageException;

  /// Returns the bytes that can still be written below `path`; an estimate.
  long usableBytes(Path path) throws StorageException;

  /// Takes the one writer's lock of a directory.
  ///
  /// @throws LockHeldException when another owner, in this process or another one, holds it
  DirectoryLock lock(Path directory) throws StorageException;
}
