// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Golden bytes: compared, shown, and recorded only when asked.
class GoldenTest {
  @TempDir Path directory;

  @BeforeEach
  void notWhileRecording() {
    String property = System.getProperty("golden.rewrite");
    Assumptions.assumeTrue(property == null || property.isBlank());
  }

  @Test
  void equalBytesPassAndAreReadable() throws IOException {
    Files.write(directory.resolve("g"), new byte[] {1, 2});
    Golden.in(directory).check("g", ByteBuffer.wrap(new byte[] {1, 2}));
    assertThat(Golden.in(directory).read("g")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
  }

  @Test
  void aDifferenceShowsItsRowInHex() throws IOException {
    byte[] bytes = new byte[40];
    Files.write(directory.resolve("g"), bytes);
    bytes[17] = (byte) 0xab;
    assertThatThrownBy(() -> Golden.in(directory).check("g", ByteBuffer.wrap(bytes)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("first difference at byte 17")
        .hasMessageContaining("000010 - 00 00 00")
        .hasMessageContaining("+ 00 ab 00")
        .hasMessageContaining("-Dgolden.rewrite");
  }

  @Test
  void aMissingGoldenIsNotRecordedInSilence() {
    assertThatThrownBy(() -> Golden.in(directory).check("g", ByteBuffer.allocate(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("missing");
    assertThat(directory.resolve("g")).doesNotExist();
  }

  @Test
  void askedForItRecords() {
    System.setProperty("golden.rewrite", "true");
    try {
      Golden.in(directory).check("g", ByteBuffer.wrap(new byte[] {5}));
    } finally {
      System.setProperty("golden.rewrite", "");
    }
    Golden.in(directory).check("g", ByteBuffer.wrap(new byte[] {5}));
  }
}
