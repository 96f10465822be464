// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.DirectoryLock;
import dev.seawall.io.StorageException;

/// The lock of one directory, held by the running incarnation.
final class SimLock implements DirectoryLock {
  static final String LOCK = "LOCK";
  static final String OWNER = "OWNER";

  private final SimDisk disk;
  private final Life life;
  private final SimNames.Directory directory;
  private final SimInode inode;
  private boolean closed;

  SimLock(SimDisk disk, Life life, SimNames.Directory directory, SimInode inode) {
    this.disk = disk;
    this.life = life;
    this.directory = directory;
    this.inode = inode;
  }

  @Override
  public void verifyHeld() throws StorageException {
    life.check();
    if (closed) {
      throw new StorageException("verify lock", directory.path(), "the lock was closed", null);
    }
    if (directory.get(LOCK) != inode) {
      throw new StorageException(
          "verify lock",
          directory.path(),
          "LOCK is no longer the file that was locked; stop, and find out who replaced it",
          null);
    }
  }

  @Override
  public void close() {
    if (!closed && !life.isOver()) {
      disk.unlock(directory, inode);
    }
    closed = true;
  }
}
