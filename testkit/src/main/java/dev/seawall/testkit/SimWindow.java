// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;

/// A window of a simulated file: a store changes the cache image page by page, at once.
///
/// A death can come before, between and inside those pages; inside, any run of the stored bytes is
/// left. A failing store leaves the same and fails the window.
final class SimWindow implements MappedWindow {
  private final SimDisk disk;
  private final Life life;
  private final SimFile file;
  private final SimInode inode;
  private final long position;
  private final long bytes;
  private boolean closed;

  SimWindow(SimDisk disk, Life life, SimFile file, SimInode inode, long position, long bytes) {
    this.disk = disk;
    this.life = life;
    this.file = file;
    this.inode = inode;
    this.position = position;
    this.bytes = bytes;
    inode.windows++;
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public long byteSize() {
    return bytes;
  }

  @Override
  public void store(long at, MemorySegment source, long from, long length) throws StorageException {
    check("store", at, length);
    Objects.checkFromIndexSize(from, length, source.byteSize());
    long done = 0;
    while (done < length) {
      long offset = (position + at + done) % Pages.PAGE;
      long chunk = Math.min(Pages.PAGE - offset, length - done);
      file.store(position + at + done - offset, offset, source.asSlice(from + done, chunk));
      done += chunk;
    }
  }

  @Override
  public void load(long at, MemorySegment target, long to, long length) throws StorageException {
    check("load", at, length);
    Objects.checkFromIndexSize(to, length, target.byteSize());
    inode.read(position + at, target.asSlice(to, length));
  }

  @Override
  public void touch(long at, long length) throws StorageException {
    check("touch", at, length);
    if (length == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(1);
      for (long page = at - at % Pages.PAGE; page < at + length; page += Pages.PAGE) {
        inode.read(position + page, one);
        store(page, one, 0, 1);
      }
    }
  }

  @Override
  public void sync(long at, long length) throws StorageException {
    check("sync", at, length);
    if (length > 0) {
      disk.passTime();
      file.syncStores(position + at, position + at + length);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (!life.isOver()) {
        inode.windows--;
      }
      file.close();
    }
  }

  private void check(String operation, long at, long length) throws StorageException {
    life.check();
    Objects.checkFromIndexSize(at, length, bytes);
    file.checkUsable(operation);
  }
}
