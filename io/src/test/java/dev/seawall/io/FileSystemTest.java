// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.FileStatus.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Names on the real disk.
final class FileSystemTest {
  @TempDir Path directory;
  private FileSystem files;

  @BeforeEach
  void open() throws StorageException {
    files = SystemMachine.open(Backend.AUTO).files();
  }

  @Test
  void statusTellsKindLengthAndLinksAndFollowsNoLink() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "12345");
    Path twin = Files.createLink(directory.resolve("twin"), file);
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertThat(files.status(file)).isEqualTo(new FileStatus(Kind.FILE, 5, 2));
    Files.delete(twin);
    assertThat(files.status(file).links()).isEqualTo(1);
    assertThat(files.status(link).kind()).isEqualTo(Kind.OTHER);
    assertThat(files.status(directory).kind()).isEqualTo(Kind.DIRECTORY);
    assertThat(files.status(directory.resolve("none")).isMissing()).isTrue();
    assertThat(files.status(directory.resolve("none/none")).isMissing()).isTrue();
  }

  @Test
  void directoriesAreCreatedForTheirOwnerAlone() throws Exception {
    Path deep = directory.resolve("a/b/c");
    files.createDirectories(deep);
    files.createDirectories(deep);
    for (Path made = deep; !made.equals(directory); made = made.getParent()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rwx------");
    }
    Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> files.createDirectories(directory.resolve("file/b")))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> files.createDirectories(directory.resolve("file")))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void listRenameAndDeleteDoWhatTheySay() throws Exception {
    Path a = Files.writeString(directory.resolve("a"), "a");
    Path b = Files.writeString(directory.resolve("b"), "b");
    files.rename(a, b);
    assertThat(files.list(directory)).isEqualTo(List.of("b"));
    assertThat(b).hasContent("a");
    files.delete(b);
    files.syncDirectory(directory);
    assertThat(files.list(directory)).isEmpty();
    assertThatThrownBy(() -> files.delete(b))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> files.rename(a, b)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> files.list(b)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> files.syncDirectory(b)).isInstanceOf(StorageException.class);
  }

  @Test
  void usableBytesAreKnownBelowDirectoriesThatDoNotExistYet() throws Exception {
    assertThat(files.usableBytes(directory.resolve("none/none"))).isPositive();
  }

  @Test
  void namesOutsideAsciiReachTheDisk() throws Exception {
    Path name = directory.resolve("Grüße 水");
    try (IoQueue queue = files.newQueue()) {
      files.open(name, FileSystem.OpenMode.CREATE, queue).close();
    }
    assertThat(name).exists();
  }

  @Test
  void aQueueOfAnotherFileSystemIsRefused() throws Exception {
    IoQueue foreign =
        new IoQueue() {
          @Override
          public int poll() {
            return 0;
          }

          @Override
          public int await() {
            return 0;
          }

          @Override
          public void wake() {}

          @Override
          public int depth(long bytes) {
            return 1;
          }

          @Override
          public int inFlight() {
            return 0;
          }

          @Override
          public boolean callerMayLead() {
            return false;
          }

          @Override
          public void close() {}
        };
    assertThatThrownBy(
            () -> files.open(directory.resolve("a"), FileSystem.OpenMode.CREATE, foreign))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(files.list(directory)).isEmpty();
  }
}
