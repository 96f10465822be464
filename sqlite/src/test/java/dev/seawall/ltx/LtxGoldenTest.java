// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.ltx.internal.Lz4;
import dev.seawall.testkit.Golden;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The bytes that this version writes, and that every later one reads.
final class LtxGoldenTest {
  private static final Golden GOLDEN = Golden.in(Path.of("src/test/resources/golden/ltx"));

  private static SortedMap<Long, byte[]> pages(long... numbers) {
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    for (long number : numbers) {
      pages.put(number, LtxFiles.page(1024, number, number % 2 == 1));
    }
    return pages;
  }

  private static void check(String name, LtxHeader header, PageEncoding encoding, long... numbers)
      throws Exception {
    SortedMap<Long, byte[]> pages = pages(numbers);
    // Compression by the library's plain Java is as good, and not the same.
    if (Lz4.NATIVE) {
      GOLDEN.check(name, ByteBuffer.wrap(LtxFiles.encode(header, pages, encoding)));
    }
    byte[] committed = LtxFiles.bytes(GOLDEN.read(name));
    assertThat(LtxFiles.open(committed).header()).isEqualTo(header);
    LtxRoundTripTest.assertSamePages(LtxFiles.decode(committed), pages);
  }

  @Test
  void aSnapshotOfFrames() throws Exception {
    LtxHeader header = LtxHeader.of(1024, 3, 1, 5, 1_763_700_000_000L);
    check("snapshot-frame.ltx", header, PageEncoding.FRAME, 1, 2, 3);
  }

  @Test
  void aSnapshotOfBlocks() throws Exception {
    LtxHeader header = LtxHeader.of(1024, 3, 1, 5, 1_763_700_000_000L);
    check("snapshot-block.ltx", header, PageEncoding.BLOCK, 1, 2, 3);
  }

  @Test
  void anIncrementWithItsPlaceInTheWal() throws Exception {
    LtxHeader header =
        LtxHeader.of(1024, 300, 6, 9, 1_763_700_001_000L).withWal(32, 3 * 1048, 0x1234, -2);
    check("increment-frame.ltx", header, PageEncoding.FRAME, 2, 7, 299);
  }

  @Test
  void anIncrementWithoutPages() throws Exception {
    check(
        "increment-empty.ltx",
        LtxHeader.of(1024, 300, 10, 10, 1_763_700_002_000L),
        PageEncoding.FRAME);
  }
}
