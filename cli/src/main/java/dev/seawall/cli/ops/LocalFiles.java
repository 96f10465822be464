// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.ops;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Ordinary files of the user's: nothing here is about logs.
public final class LocalFiles {
  private static final Set<String> BUILT = Set.of("target", "node_modules", "build", "out");

  private LocalFiles() {}

  /// Opens a file for reading.
  public static InputStream open(Path file) throws IOException {
    return Files.newInputStream(file);
  }

  /// Returns whether this is a directory.
  public static boolean isDirectory(Path path) {
    return Files.isDirectory(path);
  }

  /// Returns whether this is a file.
  public static boolean isFile(Path path) {
    return Files.isRegularFile(path);
  }

  /// Returns a path without symbolic links, as far as it exists.
  public static Path real(Path path) throws IOException {
    if (Files.exists(path)) {
      return path.toRealPath();
    }
    Path parent = path.toAbsolutePath().getParent();
    return parent != null && Files.exists(parent)
        ? parent.toRealPath().resolve(path.getFileName())
        : path.toAbsolutePath().normalize();
  }

  /// Returns whether there is nothing at this path, or an empty directory.
  public static boolean isVacant(Path path) throws IOException {
    if (!Files.exists(path)) {
      return true;
    }
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (var names = Files.newDirectoryStream(path)) {
      return !names.iterator().hasNext();
    }
  }

  /// Returns the regular files below a directory, sorted by name, without hidden ones, symbolic
  /// links and the folders that builds make.
  public static List<Path> sources(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = String.valueOf(folder.getFileName());
            boolean skipped =
                !folder.equals(root) && (name.startsWith(".") || BUILT.contains(name));
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !String.valueOf(file.getFileName()).startsWith(".")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            // A file that vanished or may not be read is not copied.
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(null);
    return found;
  }

  /// Returns a file's length in bytes.
  public static long size(Path file) throws IOException {
    return Files.size(file);
  }

  /// Returns a small file's bytes.
  public static byte[] read(Path file) throws IOException {
    return Files.readAllBytes(file);
  }

  /// Writes a new file and its missing folders.
  public static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, content);
  }

  /// Writes a file that must not exist yet; returns whether it did not.
  public static boolean writeNew(Path file, byte[] content) throws IOException {
    try {
      Files.write(file, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return true;
    } catch (FileAlreadyExistsException _) {
      return false;
    }
  }

  /// Copies a file, with the missing folders of the copy.
  public static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.toAbsolutePath().getParent());
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Returns whether two files have the same bytes.
  public static boolean same(Path one, Path other) throws IOException {
    return Files.mismatch(one, other) < 0;
  }

  /// Makes a directory and its missing parents.
  public static void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory);
  }

  /// Makes a new directory with a name that nobody has.
  public static Path createUnique(Path parent, String prefix) throws IOException {
    return Files.createTempDirectory(parent, prefix);
  }

  /// Returns whether files can be made in this directory.
  public static boolean isWritable(Path directory) {
    return Files.isWritable(directory);
  }

  /// Removes a directory and what is in it.
  public static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path folder, java.io.@org.jspecify.annotations.Nullable IOException e)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
