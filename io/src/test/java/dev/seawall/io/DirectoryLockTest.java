// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One writer a directory, in this process and among processes.
final class DirectoryLockTest {
  private static final List<String> NATIVE = List.of("--enable-native-access=ALL-UNNAMED");

  @TempDir Path directory;

  /// Tries to take the lock of its argument; says `locked` or `held by …`; keeps it until its input
  /// ends.
  static final class Taker {
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      try (DirectoryLock lock = files().lock(Path.of(arguments[0]))) {
        lock.verifyHeld();
        System.out.println("locked");
        int _ = System.in.read();
      } catch (LockHeldException e) {
        System.out.println("held by " + e.holder());
      }
    }
  }

  @Test
  void secondOpenerInTheSameJvmDoesNotFreeTheLock() throws Exception {
    Path link =
        Files.createSymbolicLink(directory.resolveSibling("l" + System.nanoTime()), directory);
    try (DirectoryLock lock = files().lock(directory)) {
      assertThatThrownBy(() -> files().lock(directory))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("this process")
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
      assertThatThrownBy(() -> files().lock(link)).isInstanceOf(LockHeldException.class);
      assertThat(take()).contains("held by pid " + ProcessHandle.current().pid());
      lock.verifyHeld();
    } finally {
      Files.delete(link);
    }
    assertThat(take()).contains("locked");
  }

  @Test
  void anotherProcessIsNamedAndItsDeathFreesTheLock() throws Exception {
    Process other = ChildJvm.start("", NATIVE, Taker.class, directory.toString());
    try (BufferedReader output = other.inputReader()) {
      assertThat(output.readLine()).isEqualTo("locked");
      assertThatThrownBy(() -> files().lock(directory))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("pid " + other.pid())
          .hasMessageContaining("host ")
          .hasMessageContaining("open read-only");
      other.destroyForcibly().waitFor();
      assertThat(directory.resolve("OWNER")).exists();
      files().lock(directory).close();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void lockFileDeletedUnderALiveLogIsNoticed() throws Exception {
    try (DirectoryLock lock = files().lock(directory)) {
      lock.verifyHeld();
      Files.delete(directory.resolve("LOCK"));
      assertThatThrownBy(lock::verifyHeld)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("deleted");
      Files.createFile(directory.resolve("LOCK"));
      assertThatThrownBy(lock::verifyHeld)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another file");
    }
  }

  @Test
  void theLockOutlivesARenameOfItsDirectoryAndIsGivenBackOnce() throws Exception {
    Path home = Files.createDirectory(directory.resolve("home"));
    Path moved = directory.resolve("moved");
    DirectoryLock lock = files().lock(home);
    files().rename(home, moved);
    assertThatThrownBy(() -> files().lock(moved)).isInstanceOf(LockHeldException.class);
    lock.close();
    try (DirectoryLock next = files().lock(moved)) {
      lock.close();
      next.verifyHeld();
      assertThatThrownBy(lock::verifyHeld).hasMessageContaining("given back");
      assertThatThrownBy(() -> files().lock(moved)).isInstanceOf(LockHeldException.class);
    }
  }

  @Test
  void lockIsEmptyAndStaysWhileOwnerTellsPeopleWhoAndGoes() throws Exception {
    try (DirectoryLock _ = files().lock(directory)) {
      assertThat(directory.resolve("LOCK")).isEmptyFile();
      assertThat(directory.resolve("OWNER"))
          .content()
          .contains("pid " + ProcessHandle.current().pid(), "host ", "start ", "boot ", "nonce ");
      for (String name : List.of("LOCK", "OWNER")) {
        assertThat(
                PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(directory.resolve(name))))
            .isEqualTo("rw-------");
      }
    }
    assertThat(files().list(directory)).containsExactly("LOCK");
  }

  @Test
  void ownerThatCannotBeWrittenDoesNotPreventTheLock() throws Exception {
    Files.createDirectories(directory.resolve("OWNER.tmp").resolve("in the way"));
    try (DirectoryLock lock = files().lock(directory)) {
      lock.verifyHeld();
      assertThat(take()).contains("held by an unknown process");
    }
  }

  @Test
  void anInterruptedCallerGetsTheLockAndKeepsItsInterrupt() throws Exception {
    Thread.currentThread().interrupt();
    try (DirectoryLock lock = files().lock(directory)) {
      lock.verifyHeld();
      files().syncDirectory(directory);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aMissingDirectoryIsAStorageException() {
    assertThatThrownBy(() -> files().lock(directory.resolve("none")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("no such file");
  }

  private String take() throws Exception {
    return ChildJvm.run("", NATIVE, Taker.class, directory.toString());
  }

  private static FileSystem files() throws StorageException {
    return SystemMachine.open(Backend.AUTO).files();
  }
}
