// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.DiskFullException;
import dev.seawall.io.LockHeldException;
import dev.seawall.io.StorageException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.FormatTooNewException;
import dev.seawall.wal.LogFailedException;
import dev.seawall.wal.LogFullException;
import dev.seawall.wal.LogLockedException;
import dev.seawall.wal.NotALogException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What was thrown decides how the command ends.
final class ExitCodeTest {
  private static final Path PLACE = Path.of("/x/y");

  @Test
  void whatWasThrownDecides() {
    assertThat(ExitCode.of(new CorruptException(PLACE, 1, 2, "why")))
        .isEqualTo(ExitCode.LOG_CORRUPT);
    assertThat(ExitCode.of(new LogLockedException("held", null))).isEqualTo(ExitCode.HELD);
    assertThat(ExitCode.of(new LockHeldException(PLACE, "1"))).isEqualTo(ExitCode.HELD);
    assertThat(ExitCode.of(new LogFullException("full", null))).isEqualTo(ExitCode.DISK_FULL);
    assertThat(ExitCode.of(new DiskFullException("write", PLACE, "full", null)))
        .isEqualTo(ExitCode.DISK_FULL);
    assertThat(ExitCode.of(new NotALogException("no", null))).isEqualTo(ExitCode.USAGE);
    assertThat(ExitCode.of(new InterruptedException())).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(ExitCode.of(new StorageException("read", PLACE, "EIO", null)))
        .isEqualTo(ExitCode.GENERAL);
    assertThat(ExitCode.of(new IOException("any"))).isEqualTo(ExitCode.GENERAL);
    assertThat(ExitCode.of(new CommandFailure(ExitCode.DAMAGE, "m"))).isEqualTo(ExitCode.DAMAGE);
  }

  /// I-15: an unknown version is never called corrupt.
  @Test
  void tooNewIsNotCorrupt() {
    assertThat(ExitCode.of(new FormatTooNewException("new", null))).isEqualTo(ExitCode.GENERAL);
  }

  @Test
  void theCauseOfAFailedLogDecides() {
    assertThat(
            ExitCode.of(
                new LogFailedException(
                    "failed", new DiskFullException("write", PLACE, "full", null))))
        .isEqualTo(ExitCode.DISK_FULL);
  }

  @Test
  void everyStatusIsItsOwn() {
    assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::status)).doesNotHaveDuplicates();
  }
}
