// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileSystem;
import dev.seawall.io.LockHeldException;
import dev.seawall.io.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The locked directories of this process. Thread-safe.
///
/// The table is asked before `LOCK` is touched: POSIX record locks belong to the process, and
/// whoever opens `LOCK` a second time and closes it frees the lock of the first. Its key is the
/// directory's file key, so that two names of one directory are one entry. Static on purpose: there
/// is one such table in a process, whatever the number of machines.
final class Locks {
  static final String LOCK = "LOCK";
  private static final int TRIES = 10;

  private static final Object GUARD = new Object();
  private static final Map<Object, String> HELD = new HashMap<>();
  // Another class loader's copy of this class holds these locks; closing our channel would free
  // them.
  private static final List<FileChannel> NEVER_CLOSED = new ArrayList<>();

  private Locks() {}

  static DirectoryLock take(FileSystem files, Path directory) throws StorageException {
    synchronized (GUARD) {
      try {
        Object directoryKey = key(directory);
        String holder = HELD.get(directoryKey);
        if (holder != null) {
          throw new LockHeldException(directory, holder);
        }
        Held lock = Uninterrupted.call(() -> lock(files, directory, directoryKey));
        HELD.put(directoryKey, "this process (" + Owner.process() + ") since " + Instant.now());
        lock.owner.write(files, directory);
        return lock;
      } catch (IOException e) {
        throw Failures.of("lock", directory, e);
      }
    }
  }

  private static Held lock(FileSystem files, Path directory, Object directoryKey)
      throws IOException {
    Path name = directory.resolve(LOCK);
    for (int i = 0; i < TRIES; i++) {
      create(directory, name);
      Object before = keyIfPresent(name);
      FileChannel channel = FileChannel.open(name, StandardOpenOption.WRITE);
      FileLock lock = null;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException _) {
        NEVER_CLOSED.add(channel);
        throw new LockHeldException(directory, "another class loader of this process");
      } finally {
        if (lock == null && !NEVER_CLOSED.contains(channel)) {
          channel.close();
        }
      }
      if (lock == null) {
        throw new LockHeldException(directory, Owner.describe(files, directory));
      }
      // Somebody may have replaced the file between our look and our opening it: then we locked a
      // file without a name.
      if (before != null && before.equals(keyIfPresent(name))) {
        return new Held(files, directory, directoryKey, before, channel);
      }
      channel.close();
    }
    throw new StorageException("lock", name, "somebody keeps replacing this file", null);
  }

  private static void create(Path directory, Path name) throws StorageException {
    try {
      Files.createFile(name, OwnerOnly.file(name));
      Directories.sync(directory);
    } catch (FileAlreadyExistsException _) {
      // The usual case; it stays for ever.
    } catch (IOException e) {
      throw Failures.of("create", name, e);
    }
  }

  /// Returns what identifies a file or directory whatever its name; where the platform has no such
  /// key, its real path.
  private static Object key(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path.toRealPath() : key;
  }

  private static @Nullable Object keyIfPresent(Path path) throws IOException {
    try {
      Object key =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey();
      return key == null ? path.toRealPath(LinkOption.NOFOLLOW_LINKS) : key;
    } catch (NoSuchFileException _) {
      return null;
    }
  }

  /// One lock that was taken. The operating system's lock lives exactly as long as the channel.
  private static final class Held implements DirectoryLock {
    private final FileSystem files;
    private final Path directory;
    private final Object directoryKey;
    private final Object lockKey;
    private final FileChannel channel;
    private final Owner owner = new Owner();

    Held(
        FileSystem files,
        Path directory,
        Object directoryKey,
        Object lockKey,
        FileChannel channel) {
      this.files = files;
      this.directory = directory;
      this.directoryKey = directoryKey;
      this.lockKey = lockKey;
      this.channel = channel;
    }

    @Override
    public void verifyHeld() throws StorageException {
      Path name = directory.resolve(LOCK);
      if (!channel.isOpen()) {
        throw new StorageException("verify lock", name, "it was given back", null);
      }
      Object now;
      try {
        now = keyIfPresent(name);
      } catch (IOException e) {
        throw Failures.of("verify lock", name, e);
      }
      if (!lockKey.equals(now)) {
        String found = now == null ? "the file was deleted" : "another file has taken its place";
        throw new StorageException(
            "verify lock",
            name,
            found + ", so a second writer can lock it; stop all writers, then open again",
            null);
      }
    }

    @Override
    public void close() {
      synchronized (GUARD) {
        if (!channel.isOpen()) {
          return;
        }
        owner.delete(files, directory);
        try {
          channel.close();
        } catch (IOException _) {
          // The descriptor is gone in any case, and the lock with it.
        }
        HELD.remove(directoryKey);
      }
    }
  }
}
