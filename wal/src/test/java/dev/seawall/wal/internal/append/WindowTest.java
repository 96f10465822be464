// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// What a window checksums, of either kind.
final class WindowTest {
  @Test
  void aWindowOfItsOwnMayBeLongerThanABuffer() {
    try (Arena arena = Arena.ofShared()) {
      // Addresses only: nothing touches the memory.
      MemorySegment huge = MemorySegment.ofAddress(Layout.BLOCK).reinterpret(3L << 30);
      assertThat(new Window(huge, arena).bytes).isEqualTo(3L << 30);
    }
  }

  @Test
  void bothKindsChecksumThePayloadBehindTheHeader() {
    byte[] bytes = new byte[4 * Layout.BLOCK];
    new SplittableRandom(1).nextBytes(bytes);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(bytes.length, Layout.BLOCK);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      Window pooled = new Window(memory, null);
      Window own = new Window(memory, arena);
      for (int length : new int[] {0, 1, 24, 64, 65, 700}) {
        for (int at : new int[] {0, 64, 4000}) {
          CRC32C expected = new CRC32C();
          expected.update(bytes, at + Layout.HEADER, length);
          assertThat(pooled.storedChecksum(at, length)).isEqualTo((int) expected.getValue());
          assertThat(own.storedChecksum(at, length)).isEqualTo((int) expected.getValue());
        }
      }
    }
  }
}
