// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageFile;
import java.io.IOException;

/// A connection of ours to a simulated database. Whatever it is asked, others may do something
/// first.
final class SimSource implements SqliteSource {
  private static final int NOT_PINNED = -1;

  private final SimDatabase database;
  private final MemoryFile file;
  int mark = NOT_PINNED;
  int ahead = NOT_PINNED;
  boolean locked;
  boolean dead;

  SimSource(SimDatabase database) {
    this.database = database;
    this.file = database.file;
  }

  private boolean isReplaced() {
    return file != database.file;
  }

  // Others act, at one call of ours in ten.
  private void meanwhile() {
    if (database.random.nextInt(10) == 0 && database.mayAct()) {
      if (database.random.nextInt(3) == 0) {
        database.foreignCheckpoint();
      } else {
        database.commit();
      }
    }
  }

  @Override
  public String journalMode() {
    return database.walMode ? "wal" : "delete";
  }

  @Override
  public void pin() throws IOException {
    if (mark != NOT_PINNED) {
      throw new AssertionError("pinned twice");
    }
    meanwhile();
    if (isReplaced()) {
      throw new IOException("disk I/O error");
    }
    mark = markNow();
  }

  private int markNow() {
    boolean empty = database.wal == null || database.wal.length == 0 || database.mxFrame == 0;
    return empty || database.backfilled == database.mxFrame ? 0 : database.mxFrame;
  }

  @Override
  public void pinAhead() throws IOException {
    if (mark == NOT_PINNED || ahead != NOT_PINNED) {
      throw new AssertionError("not pinned, or twice");
    }
    meanwhile();
    if (isReplaced()) {
      throw new IOException("disk I/O error");
    }
    ahead = markNow();
    meanwhile();
  }

  @Override
  public Checkpointed passPin() {
    if (ahead == NOT_PINNED) {
      throw new AssertionError("no second pin");
    }
    mark = ahead;
    ahead = NOT_PINNED;
    meanwhile();
    Checkpointed done = isReplaced() ? new Checkpointed(true, 1, 0) : database.checkpoint(false);
    meanwhile();
    return done;
  }

  @Override
  public void unpinAhead() {
    ahead = NOT_PINNED;
    meanwhile();
  }

  @Override
  public void unpin() {
    mark = NOT_PINNED;
    meanwhile();
  }

  @Override
  public boolean lockWrites() {
    if (locked) {
      throw new AssertionError("locked twice");
    }
    meanwhile();
    locked = database.random.nextInt(8) != 0;
    return locked;
  }

  @Override
  public void unlockWrites() {
    locked = false;
  }

  @Override
  public Checkpointed checkpointPassive() {
    if (mark != NOT_PINNED || !locked) {
      throw new AssertionError("checkpointed with the pin, or without the write lock");
    }
    return isReplaced() ? new Checkpointed(true, 1, 0) : database.checkpoint(false);
  }

  @Override
  public Checkpointed checkpointTruncate() {
    meanwhile();
    return isReplaced() ? new Checkpointed(true, 1, 0) : database.checkpoint(true);
  }

  @Override
  public long stamp() {
    return database.stamp;
  }

  @Override
  public StorageFile openWal() {
    meanwhile();
    return database.walFile(this::meanwhile);
  }

  @Override
  public WalIndex index() {
    meanwhile();
    return database.random.nextInt(20) == 0 ? null : database.index();
  }

  @Override
  public PositionedReader database() {
    return (position, target) -> {
      meanwhile();
      return file.read(position, target);
    };
  }

  @Override
  public boolean isSameDatabase() {
    return !isReplaced();
  }

  @Override
  public void close() {
    if (!dead) {
      mark = NOT_PINNED;
      ahead = NOT_PINNED;
      locked = false;
      database.closed(this);
    }
  }
}
