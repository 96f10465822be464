// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.Backend;
import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.nio.file.Path;
import java.util.List;

/// The real disk. Chooses the backend once; a single file can still fall back to the page cache.
public final class SystemFileSystem implements FileSystem {
  private final boolean systemCalls;
  private final boolean directRequired;
  private volatile boolean directRefused;

  private SystemFileSystem(boolean systemCalls, boolean directRequired) {
    this.systemCalls = systemCalls;
    this.directRequired = directRequired;
  }

  /// Chooses a backend.
  ///
  /// @param place names the machine in the message
  /// @throws StorageException when `DIRECT` is asked for and system calls cannot be made
  public static SystemFileSystem open(Backend backend, Path place) throws StorageException {
    return switch (backend) {
      case CHANNEL -> new SystemFileSystem(false, false);
      case AUTO -> new SystemFileSystem(NativeAccess.isAvailable(), false);
      case DIRECT -> {
        String refusal = NativeAccess.refusal();
        if (refusal != null) {
          throw new StorageException(
              "open backend", place, "DIRECT was asked for, but " + refusal, null);
        }
        yield new SystemFileSystem(true, true);
      }
    };
  }

  @Override
  public String backend() {
    if (!systemCalls) {
      return "channel";
    }
    return directRefused ? "buffered" : "direct";
  }

  @Override
  public StorageFile open(Path path, OpenMode mode, IoQueue queue) throws StorageException {
    if (!(queue instanceof SyncQueue own)) {
      throw new IllegalArgumentException("the queue belongs to another file system");
    }
    SystemFile.Medium medium;
    if (systemCalls) {
      medium = DirectFile.open(path, mode, directRequired ? null : () -> directRefused = true);
    } else {
      medium = ChannelFile.open(path, mode);
    }
    return new SystemFile(path, mode, own, medium);
  }

  @Override
  public IoQueue newQueue() {
    return new SyncQueue(systemCalls);
  }

  @Override
  public FileStatus status(Path path) throws StorageException {
    return Directories.status(path);
  }

  @Override
  public List<String> list(Path directory) throws StorageException {
    return Directories.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws StorageException {
    Directories.create(directory);
  }

  @Override
  public void rename(Path from, Path to) throws StorageException {
    Directories.rename(from, to);
  }

  @Override
  public void delete(Path path) throws StorageException {
    Directories.delete(path);
  }

  @Override
  public void syncDirectory(Path directory) throws StorageException {
    Directories.sync(directory);
  }

  @Override
  public long usableBytes(Path path) throws StorageException {
    return Directories.usableBytes(path);
  }

  @Override
  public DirectoryLock lock(Path directory) throws StorageException {
    return Locks.take(this, directory);
  }
}
