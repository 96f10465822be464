// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The files of this repository, as the rules see them.
final class SourceTree {
  private static final Set<String> SKIPPED =
      Set.of(".git", ".tools", ".idea", ".cifuzz-corpus", "target", "node_modules");

  private SourceTree() {}

  /// The folder that holds the parent pom: told by Maven, else found from here upwards (in an IDE).
  static Path root() {
    String told = System.getProperty("seawall.root", "");
    if (!told.isBlank()) {
      return Path.of(told);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException("no mvnw above " + Path.of("").toAbsolutePath());
      }
      folder = parent;
    }
    return folder;
  }

  /// Every regular file outside of build output, sorted.
  static List<Path> files() {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          root(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return SKIPPED.contains(folder.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(null);
    return files;
  }

  static List<Path> javaFiles() {
    return files().stream().filter(f -> f.toString().endsWith(".java")).toList();
  }

  /// Folders of Maven modules, at any depth.
  static List<Path> modules() {
    return files().stream()
        .filter(f -> f.endsWith("pom.xml"))
        .map(f -> f.getParent())
        .filter(f -> !f.equals(root()))
        .toList();
  }

  /// Packages of a module's main code: folders below `src/main/java` that hold a type.
  static List<Path> mainPackages(Path module) {
    Path sources = module.resolve("src/main/java");
    if (!Files.isDirectory(sources)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(sources)) {
      return walk.filter(f -> f.toString().endsWith(".java") && !f.endsWith("module-info.java"))
          .map(f -> f.getParent())
          .distinct()
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A file's name as a message shows it.
  static String name(Path file) {
    return root().relativize(file).toString().replace('\\', '/');
  }
}
