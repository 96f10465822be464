// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Alone opens databases and their wal-indexes (`-shm`), once for each inode, and never closes one.
/// Thread-safe.
///
/// POSIX locks belong to the process: closing *any* descriptor of such a file drops the locks that
/// SQLite holds on it in this process – ours, and those of an application in the same JVM. So what
/// was opened stays open until the process ends. That costs a descriptor for each database that was
/// ever watched, and two when its `-shm` was read.
///
/// Never hand out anything that can be closed; never open such a file elsewhere, not even to look
/// at its header.
public final class DatabaseFiles {
  // The table of open inodes: for the life of the process, see above.
  private static final Map<Object, Opened> OPENED = new HashMap<>();

  private final FileSystem files;
  private final FileKeys keys;

  DatabaseFiles(FileSystem files, FileKeys keys) {
    this.files = files;
    this.keys = keys;
  }

  /// Makes the door to the databases of the real machine.
  public static DatabaseFiles of(FileSystem files) {
    return new DatabaseFiles(files, FileKeys.system());
  }

  /// One inode, open for reading.
  ///
  /// @param key what tells it from every other file
  /// @param file stays open for ever
  /// @param queue belongs to the file
  public record Opened(Object key, StorageFile file, IoQueue queue) implements PositionedReader {
    @Override
    public int read(long position, MemorySegment target) throws StorageException {
      return file.read(position, target);
    }

    /// Returns the length in bytes.
    public long size() throws StorageException {
      return file.size();
    }
  }

  /// Opens the file that stands at a path now, or returns it if it was opened before, also under
  /// another name.
  ///
  /// @return null when there is none
  public @Nullable Opened open(Path path) throws StorageException {
    synchronized (OPENED) {
      Object key = keys.keyOf(path);
      while (key != null) {
        Opened known = OPENED.get(key);
        if (known != null) {
          return known;
        }
        IoQueue queue = files.newQueue();
        StorageFile file = files.open(path, FileSystem.OpenMode.READ, queue);
        Object now = keys.keyOf(path);
        // Replaced in between: what was opened may be either, and is kept as nobody's.
        Opened opened = new Opened(key, file, queue);
        OPENED.put(key.equals(now) ? key : new Object(), opened);
        if (key.equals(now)) {
          return opened;
        }
        key = now;
      }
      return null;
    }
  }

  /// Returns whether a path still leads to that file. A `stat`, which is free.
  public boolean isAt(Path path, Opened opened) throws StorageException {
    return opened.key().equals(keys.keyOf(path));
  }
}
