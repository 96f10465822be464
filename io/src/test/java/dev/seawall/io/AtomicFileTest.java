// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole or not at all.
final class AtomicFileTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 200_000})
  void contentOfAnyLengthComesBackExactly(int bytes) throws Exception {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    Path target = directory.resolve("target");
    for (Backend backend : Backend.values()) {
      FileSystem files = SystemMachine.open(backend).files();
      AtomicFile.write(files, target, MemorySegment.ofArray(content));
      assertThat(target).hasBinaryContent(content);
      MemorySegment read = AtomicFile.read(files, target, 200_000);
      assertThat(read.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
      assertThat(files.list(directory)).containsExactly("target");
    }
  }

  @Test
  void piecesAreJoinedAndTheOldContentStaysUntilTheCommit() throws Exception {
    FileSystem files = SystemMachine.open(Backend.AUTO).files();
    Path target = Files.writeString(directory.resolve("target"), "old");
    StringBuilder expected = new StringBuilder();
    try (AtomicFile file = AtomicFile.begin(files, target)) {
      for (int i = 0; i < 20_000; i++) {
        String piece = "piece " + i + "\n";
        expected.append(piece);
        file.append(MemorySegment.ofArray(piece.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      }
      assertThat(file.size()).isEqualTo(expected.length());
      assertThat(target).hasContent("old");
      file.commit();
      assertThatThrownBy(file::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(Files.readString(target)).isEqualTo(expected.toString());
  }

  @Test
  void givingUpLeavesNothingButTheOldContent() throws Exception {
    FileSystem files = SystemMachine.open(Backend.AUTO).files();
    Path target = Files.writeString(directory.resolve("target"), "old");
    AtomicFile file = AtomicFile.begin(files, target);
    file.append(MemorySegment.ofArray(new byte[100_000]));
    file.close();
    file.close();
    assertThat(files.list(directory)).containsExactly("target");
    assertThat(target).hasContent("old");
  }

  @Test
  void aFailedRenameRemovesTheTemporary() throws Exception {
    FileSystem files = SystemMachine.open(Backend.AUTO).files();
    Path target = directory.resolve("target");
    Files.createDirectories(target.resolve("in the way"));
    assertThatThrownBy(() -> AtomicFile.write(files, target, MemorySegment.ofArray(new byte[] {1})))
        .isInstanceOf(StorageException.class);
    assertThat(files.list(directory)).containsExactly("target");
  }

  @Test
  void leftOversAreReplacedOrSwept() throws Exception {
    FileSystem files = SystemMachine.open(Backend.AUTO).files();
    Path target = directory.resolve("target");
    Files.writeString(directory.resolve("target.tmp"), "left over");
    AtomicFile.write(files, target, MemorySegment.ofArray(new byte[] {'n'}));
    assertThat(target).hasContent("n");
    Files.writeString(directory.resolve("a.tmp"), "");
    Files.writeString(directory.resolve("b.tmp"), "");
    Files.createDirectory(directory.resolve("d.tmp"));
    assertThat(AtomicFile.deleteTemporaries(files, directory)).isEqualTo(2);
    assertThat(files.list(directory)).containsExactlyInAnyOrder("target", "d.tmp");
  }

  @Test
  void aFileOverTheLimitIsNotRead() throws Exception {
    FileSystem files = SystemMachine.open(Backend.AUTO).files();
    Path big = Files.write(directory.resolve("big"), new byte[11]);
    assertThatThrownBy(() -> AtomicFile.read(files, big, 10))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("11");
  }
}
