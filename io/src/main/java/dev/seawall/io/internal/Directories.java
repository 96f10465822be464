// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.FileStatus;
import dev.seawall.io.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Names: what every backend does through the JDK. Thread-safe; no interrupt disturbs it.
final class Directories {
  private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");
  private static final int RENAME_TRIES = 100;
  private static final long RENAME_PAUSE_NANOS = 20_000_000;

  private Directories() {}

  static FileStatus status(Path path) throws StorageException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (found.isDirectory()) {
        return new FileStatus(FileStatus.Kind.DIRECTORY, 0, links(path));
      }
      return found.isRegularFile()
          ? new FileStatus(FileStatus.Kind.FILE, found.size(), links(path))
          : new FileStatus(FileStatus.Kind.OTHER, 0, links(path));
    } catch (NoSuchFileException _) {
      return new FileStatus(FileStatus.Kind.MISSING, 0, 0);
    } catch (IOException e) {
      throw Failures.of("status", path, e);
    }
  }

  static List<String> list(Path directory) throws StorageException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
    } catch (UncheckedIOException e) {
      throw Failures.of("list", directory, new IOException(e.getCause()));
    } catch (IOException e) {
      throw Failures.of("list", directory, e);
    }
  }

  static void create(Path directory) throws StorageException {
    List<Path> missing = new ArrayList<>();
    Path step = directory.toAbsolutePath();
    while (step != null && !Files.isDirectory(step)) {
      missing.addFirst(step);
      step = step.getParent();
    }
    for (Path name : missing) {
      createOne(name);
      Path parent = name.getParent();
      if (parent != null) {
        sync(parent);
      }
    }
  }

  static void rename(Path from, Path to) throws StorageException {
    int tries = 0;
    while (true) {
      try {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (AccessDeniedException e) {
        // A virus scanner or an indexer holds one of them, for a moment.
        if (!WINDOWS || ++tries >= RENAME_TRIES) {
          throw Failures.of("rename to " + to + " from", from, e);
        }
        LockSupport.parkNanos(RENAME_PAUSE_NANOS);
      } catch (IOException e) {
        throw Failures.of("rename to " + to + " from", from, e);
      }
    }
  }

  static void delete(Path path) throws StorageException {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw Failures.of("delete", path, e);
    }
  }

  static void sync(Path directory) throws StorageException {
    if (WINDOWS) {
      return;
    }
    try {
      Uninterrupted.call(() -> {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
          return true;
        }
      });
    } catch (IOException e) {
      throw Failures.of("sync directory", directory, e);
    }
  }

  static long usableBytes(Path path) throws StorageException {
    Path place = path.toAbsolutePath();
    while (!Files.exists(place) && place.getParent() != null) {
      place = place.getParent();
    }
    try {
      return Files.getFileStore(place).getUsableSpace();
    } catch (IOException e) {
      throw Failures.of("usable bytes", path, e);
    }
  }

  private static void createOne(Path directory) throws StorageException {
    try {
      Files.createDirectory(directory, OwnerOnly.directory(directory));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw Failures.of("create directory", directory, e);
      }
    } catch (IOException e) {
      throw Failures.of("create directory", directory, e);
    }
  }

  private static int links(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return 1;
    }
    try {
      Object links = Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
      return links instanceof Integer count ? count : 1;
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException | IllegalArgumentException _) {
      return 1;
    }
  }
}
