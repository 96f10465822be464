// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.io.FileSystem.OpenMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Linux has a device that is always full, and refuses direct I/O besides.
final class DiskFullTest {
  private static final Path FULL = Path.of("/dev/full");

  @BeforeEach
  void needsTheDevice() {
    assumeTrue(Files.exists(FULL));
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "CHANNEL"})
  void aFullDiskIsAnExceptionOfItsOwnAndPoisonsTheFile(Backend backend) throws Exception {
    FileSystem files = SystemMachine.open(backend).files();
    try (Arena arena = Arena.ofShared();
        IoQueue queue = files.newQueue();
        StorageFile file = files.open(FULL, OpenMode.WRITE, queue)) {
      MemorySegment memory = arena.allocate(4096, 4096);
      assertThatThrownBy(() -> file.write(0, memory))
          .isInstanceOf(DiskFullException.class)
          .hasMessageContaining("o space left");
      assertThatThrownBy(() -> file.read(0, memory))
          .isInstanceOf(StorageException.class)
          .isNotInstanceOf(DiskFullException.class)
          .hasMessageContaining("an earlier write failed")
          .hasCauseInstanceOf(DiskFullException.class);
    }
  }

  @Test
  void refusedDirectIoFallsBackToThePageCacheAndIsVisible() throws Exception {
    FileSystem files = SystemMachine.open(Backend.AUTO).files();
    assumeTrue(files.backend().equals("direct"));
    try (IoQueue queue = files.newQueue()) {
      files.open(FULL, OpenMode.WRITE, queue).close();
      assertThat(files.backend()).isEqualTo("buffered");
      assertThat(queue.callerMayLead()).isTrue();
      FileSystem strict = SystemMachine.open(Backend.DIRECT).files();
      try (IoQueue own = strict.newQueue()) {
        assertThatThrownBy(() -> strict.open(FULL, OpenMode.WRITE, own))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("O_DIRECT")
            .hasMessageContaining("EINVAL");
      }
      assertThat(strict.backend()).isEqualTo("direct");
    }
  }
}
