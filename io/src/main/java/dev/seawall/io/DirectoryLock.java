// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// The right to be the one writer of a directory, until closed or the process dies. Thread-safe.
///
/// A process-wide table keyed by the directory's file key is asked first; then the operating
/// system's lock on the empty file `LOCK`. `OWNER` names the holder for people and is never read by
/// the protocol.
public interface DirectoryLock extends AutoCloseable {

  /// Checks that `LOCK` is still the file that was locked; somebody may have deleted or replaced
  /// it.
  ///
  /// @throws StorageException when it is not, or the lock was closed
  void verifyHeld() throws StorageException;

  /// Gives the lock back; idempotent.
  @Override
  void close();
}
