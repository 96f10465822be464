// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One writer per directory, whatever it is called and whoever asks: I-14.
class OwnershipCrashTest {
  /// In Java a second channel on `LOCK`, opened and closed by whoever asks, frees the first one's
  /// lock. Another process finds out.
  @Test
  void secondOpenerInTheSameJvmDoesNotFreeTheLock(@TempDir Path temp) throws Exception {
    Path directory = temp.resolve("log");
    try (WriteAheadLog log = WriteAheadLog.open(directory, CrashLab.tiny())) {
      append(log, 1, 100);
      List<Path> names = new ArrayList<>(List.of(directory, temp.resolve("x/../log")));
      Files.createDirectory(temp.resolve("x"));
      try {
        names.add(Files.createSymbolicLink(temp.resolve("other"), temp).resolve("log"));
      } catch (UnsupportedOperationException | java.nio.file.FileSystemException _) {
        // Windows without the right to make links: two names are enough.
      }
      for (Path name : names) {
        assertThatThrownBy(() -> WriteAheadLog.open(name, CrashLab.tiny()))
            .isInstanceOf(LogLockedException.class)
            .hasMessageContaining("this process");
      }
      assertThat(child(directory)).contains("LogLockedException").contains("pid");
      append(log, 2, 100);
    }
    assertThat(child(directory)).contains("opened at 2");
  }

  /// What the child says of its attempt to open a log.
  private static String child(Path directory) throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OwnershipCrashTest.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  /// The child: opens a log and says what became of it.
  public static void main(String[] arguments) throws Exception {
    try (WriteAheadLog log = WriteAheadLog.open(Path.of(arguments[0]), CrashLab.tiny())) {
      System.out.println("opened at " + log.lastIndex());
    } catch (WalException e) {
      System.out.println(e);
    }
  }

  /// Whoever deletes `LOCK` lets a second writer in; the first one notices at its next roll, before
  /// anything behind the roll is acknowledged.
  @Test
  void lockFileDeletedUnderALiveLog() throws Exception {
    for (boolean replaced : new boolean[] {false, true}) {
      CrashLab lab = new CrashLab(Seed.of(1));
      WriteAheadLog log = lab.open();
      long last = append(log, 1, 5_000);
      Path lock = CrashLab.DIRECTORY.resolve("LOCK");
      lab.machine.disk().deleteForeign(lock);
      AutoCloseable second = null;
      if (replaced) {
        second = lab.machine.disk().lockForeign(CrashLab.DIRECTORY, "another process");
      }
      long acknowledged = last;
      LogFailedException failure = null;
      while (failure == null && last < 30) {
        last++;
        try {
          acknowledged = append(log, last, 5_000);
        } catch (LogFailedException e) {
          failure = e;
        }
      }
      assertThat(failure).isNotNull().hasMessageContaining("LOCK");
      assertThat(lab.record(acknowledged).file()).isEqualTo(lab.segments().getFirst());
      assertThatThrownBy(() -> log.append(new byte[1], Durability.BUFFERED))
          .isInstanceOf(LogFailedException.class);
      if (second != null) {
        assertThatThrownBy(lab::open).isInstanceOf(LogLockedException.class);
        second.close();
      }
      lab.machine.killProcess();
      lab.reopenAndVerify(acknowledged, last);
    }
  }

  @Test
  void lockFileDeletedUnderALiveLogOnRealFiles(@TempDir Path temp) throws Exception {
    Path directory = temp.resolve("log");
    boolean[] failed = new boolean[1];
    WriteAheadLog log = WriteAheadLog.open(directory, CrashLab.tiny());
    long acknowledged = append(log, 1, 5_000);
    try {
      Files.delete(directory.resolve("LOCK"));
    } catch (java.nio.file.FileSystemException e) {
      log.close();
      Assumptions.abort("this platform does not let anybody delete a locked file");
    }
    for (long index = 2; index < 40 && !failed[0]; index++) {
      try {
        acknowledged = append(log, index, 5_000);
      } catch (LogFailedException e) {
        failed[0] = true;
        assertThat(e).hasMessageContaining("LOCK");
      }
    }
    assertThat(failed[0]).isTrue();
    assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
    try (WriteAheadLog again = WriteAheadLog.open(directory, CrashLab.tiny())) {
      assertThat(CrashLab.verify(again, 1)).isGreaterThanOrEqualTo(acknowledged);
    }
  }
}
