// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Secrets are read from files that nobody else may read.
@DisabledOnOs(OS.WINDOWS)
class SecretFileTest {
  @TempDir private Path temp;

  private Path file(String modes) throws Exception {
    Path file = Files.writeString(temp.resolve("secret"), "abc");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(modes));
  }

  @Test
  void theOwnersFileIsRead() throws Exception {
    assertThat(SecretFile.read(file("rw-------"), 3))
        .isEqualTo("abc".getBytes(StandardCharsets.US_ASCII));
    assertThat(SecretFile.read(file("r--------"), 100)).hasSize(3);
  }

  @Test
  void aFileThatOthersMayTouchIsRefused() throws Exception {
    for (String modes : new String[] {"rw-r-----", "rw----r--", "rw--w----", "rw------x"}) {
      Path file = file(modes);
      assertThatThrownBy(() -> SecretFile.read(file, 100))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(modes)
          .hasMessageContaining("chmod 600");
    }
  }

  @Test
  void aLinkIsFollowedToWhatItPointsAt() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), file("rw-r--r--"));
    assertThatThrownBy(() -> SecretFile.read(link, 100)).hasMessageContaining("rw-r--r--");
    file("rw-------");
    assertThat(SecretFile.read(link, 100)).hasSize(3);
  }

  @Test
  void tooLongAndMissingAreSaid() throws Exception {
    Path file = file("rw-------");
    assertThatThrownBy(() -> SecretFile.read(file, 2)).hasMessageContaining("more than the 2");
    assertThatThrownBy(() -> SecretFile.read(temp.resolve("none"), 2))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("no such file");
  }
}
