// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A database that somebody else writes, and the little that is asked of SQLite about it. The seam
/// between what follows a WAL and the driver. Confined to one thread.
///
/// # The pin
///
/// A read transaction keeps SQLite from overwriting frames: while it is held, no frame written
/// after it began is checkpointed. It may allow *one* restart of a WAL that was wholly checkpointed
/// when it began – it then reads the database only, on read mark 0, and holds the lock that every
/// checkpoint needs – and never a second one. Nothing is written for it, no table is made.
public interface SqliteSource extends AutoCloseable {

  /// What `PRAGMA wal_checkpoint` answers.
  ///
  /// @param busy whether it could not finish
  /// @param walFrames frames in the WAL; 0 when there is none
  /// @param checkpointedFrames how many of them are in the database
  record Checkpointed(boolean busy, long walFrames, long checkpointedFrames) {
    /// Returns whether everything in the WAL is in the database: the next writer restarts it.
    public boolean isComplete() {
      return !busy && walFrames == checkpointedFrames;
    }
  }

  /// Returns `wal`, `delete` and so on.
  String journalMode() throws IOException;

  /// Begins the read transaction.
  ///
  /// @throws IllegalStateException when it is held
  void pin() throws IOException;

  /// Ends it; does nothing when it is not held.
  void unpin() throws IOException;

  /// Begins a second read transaction where the WAL ends now; the first one is held.
  ///
  /// @throws IllegalStateException when there are two, or none
  void pinAhead() throws IOException;

  /// Ends the first one and checkpoints as far as the second one allows, which is the pin from then
  /// on. No write lock is needed: what stands behind a read transaction cannot be moved.
  Checkpointed passPin() throws IOException;

  /// Ends the second one if it is not the pin; does nothing when there is none.
  void unpinAhead() throws IOException;

  /// Takes the write lock, without a change: writers wait until it is given back.
  ///
  /// @return false when a writer held it for the whole time of the busy timeout
  boolean lockWrites() throws IOException;

  /// Gives the write lock back; does nothing when it is not held.
  void unlockWrites() throws IOException;

  /// Checkpoints as far as that is possible without waiting for anybody. The pin must not be held:
  /// it would keep its own frames.
  Checkpointed checkpointPassive() throws IOException;

  /// Checkpoints all of the WAL and empties its file. Waits for others no longer than the busy
  /// timeout; the pin may be held, if it is on read mark 0.
  Checkpointed checkpointTruncate() throws IOException;

  /// Returns a number that changes with every commit: equal numbers of two moments mean that
  /// nothing was committed in between, as far as the wal-index tells. Cheap. What is done to the
  /// files from outside does not change it.
  long stamp() throws StorageException;

  /// Opens the WAL that stands there now; the caller closes it.
  ///
  /// @return null when there is none
  @Nullable StorageFile openWal() throws StorageException;

  /// Reads the header of the wal-index.
  ///
  /// @return null when there is none that can be believed
  @Nullable WalIndex index() throws StorageException;

  /// Returns the database file.
  PositionedReader database();

  /// Returns whether the database's path still leads to the file that was opened.
  boolean isSameDatabase() throws StorageException;

  /// Lets go of everything but the descriptors, see [DatabaseFiles].
  @Override
  void close() throws IOException;
}
