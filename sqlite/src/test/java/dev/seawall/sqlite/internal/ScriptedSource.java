// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageFile;

/// A database in memory whose WAL, wal-index and locks a test sets by hand: what SQLite does
/// rarely, and what is done to it from outside.
final class ScriptedSource implements SqliteSource {
  final MemoryFile database = new MemoryFile(new byte[0]);
  MemoryFile wal;
  WalIndex index;
  boolean same = true;
  boolean pinned;
  boolean locked;
  boolean writerIsBusy;
  // A checkpoint of somebody else ends at the moment the pin is taken.
  boolean checkpointEndsAtPin;

  /// Sets WAL and wal-index to what a writer leaves behind a commit.
  void committed(WalBytes bytes, long mxFrame, long backfilled, long pages) {
    wal = new MemoryFile(bytes.bytes());
    try (SqliteWalReader reader = new SqliteWalReader()) {
      SqliteWalHeader header = reader.header(wal);
      index = new WalIndex(mxFrame, backfilled, pages, header.salt1(), header.salt2());
    } catch (dev.seawall.io.StorageException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String journalMode() {
    return "wal";
  }

  @Override
  public void pin() {
    if (pinned) {
      throw new AssertionError("pinned twice");
    }
    pinned = true;
    if (checkpointEndsAtPin) {
      backfill();
    }
  }

  private void backfill() {
    index =
        new WalIndex(index.mxFrame(), index.mxFrame(), index.pages(), index.salt1(), index.salt2());
  }

  @Override
  public void unpin() {
    pinned = false;
  }

  @Override
  public void pinAhead() {}

  @Override
  public Checkpointed passPin() {
    backfill();
    return new Checkpointed(false, index.mxFrame(), index.mxFrame());
  }

  @Override
  public void unpinAhead() {}

  @Override
  public boolean lockWrites() {
    locked = !writerIsBusy;
    return locked;
  }

  @Override
  public void unlockWrites() {
    locked = false;
  }

  @Override
  public Checkpointed checkpointPassive() {
    if (pinned || !locked) {
      throw new AssertionError("checkpointed with the pin, or without the write lock");
    }
    if (index == null) {
      return new Checkpointed(false, 0, 0);
    }
    backfill();
    return new Checkpointed(false, index.mxFrame(), index.mxFrame());
  }

  @Override
  public Checkpointed checkpointTruncate() {
    if (locked || (pinned && !index.isBackfilled())) {
      return new Checkpointed(true, index.mxFrame(), index.backfilled());
    }
    wal = new MemoryFile(new byte[0]);
    return new Checkpointed(false, 0, 0);
  }

  @Override
  public long stamp() {
    return index == null ? 0 : index.hashCode();
  }

  @Override
  public StorageFile openWal() {
    MemoryFile opened = wal;
    return opened == null ? null : new SimWalFile(() -> opened, () -> {});
  }

  @Override
  public WalIndex index() {
    return index;
  }

  @Override
  public PositionedReader database() {
    return database;
  }

  @Override
  public boolean isSameDatabase() {
    return same;
  }

  @Override
  public void close() {}
}
