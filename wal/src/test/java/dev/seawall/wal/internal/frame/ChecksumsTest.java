// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// The checksums of short and of long parts are those of the JDK.
final class ChecksumsTest {
  @Test
  void everyLengthAndOffsetIsAsTheJdkHasIt() {
    byte[] bytes = new byte[200];
    new SplittableRandom(1).nextBytes(bytes);
    MemorySegment memory = MemorySegment.ofArray(bytes);
    for (int offset = 0; offset < 8; offset++) {
      for (int length = 0; length <= bytes.length - offset; length++) {
        CRC32C expected = new CRC32C();
        expected.update(bytes, offset, length);
        assertThat(Checksums.crc32c(memory, offset, length))
            .as("%s bytes at %s", length, offset)
            .isEqualTo((int) expected.getValue());
        assertThat(Checksums.crc32c(bytes, offset, length)).isEqualTo((int) expected.getValue());
      }
    }
  }
}
