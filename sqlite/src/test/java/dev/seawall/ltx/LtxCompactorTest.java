// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.seawall.ltx.LtxException.Reason;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Merging: the newest image of each page, no page of a time before a shrink, no hole.
final class LtxCompactorTest {
  private static final int PAGE = 512;

  private static byte[] file(int min, int max, int commit, long seed, long... numbers)
      throws Exception {
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    for (long number : numbers) {
      pages.put(number, LtxFiles.page(PAGE, seed * 1000 + number, true));
    }
    return LtxFiles.encode(LtxHeader.of(PAGE, commit, min, max, seed), pages, PageEncoding.FRAME);
  }

  private static LtxCompactor compactor(byte[]... files) throws Exception {
    List<LtxDecoder> decoders = new ArrayList<>();
    for (byte[] file : files) {
      decoders.add(LtxFiles.open(file));
    }
    return new LtxCompactor(decoders);
  }

  /// Returns which seed each page came from.
  private static SortedMap<Long, Long> merged(byte[]... files) throws Exception {
    LtxCompactor compactor = compactor(files);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    compactor.writeTo(new LtxEncoder(out, compactor.header(), PageEncoding.BLOCK));
    SortedMap<Long, Long> origins = new TreeMap<>();
    LtxFiles.decode(out.toByteArray())
        .forEach((number, page) -> {
          for (long seed = 1; seed < 10; seed++) {
            if (java.util.Arrays.equals(page, LtxFiles.page(PAGE, seed * 1000 + number, true))) {
              origins.put(number, seed);
            }
          }
        });
    return origins;
  }

  @Test
  void theNewestImageOfEachPageWins() throws Exception {
    assertThat(merged(file(1, 1, 3, 1, 1, 2, 3), file(2, 2, 3, 2, 2), file(3, 5, 4, 3, 1, 4)))
        .containsExactlyEntriesOf(new TreeMap<>(java.util.Map.of(1L, 3L, 2L, 2L, 3L, 1L, 4L, 3L)));
  }

  @Test
  void theMergedHeaderSpansAllAndTakesTimeAndCommitOfTheLast() throws Exception {
    LtxHeader header = compactor(file(2, 2, 9, 1, 1), file(3, 7, 4, 2, 2)).header();
    assertThat(header).isEqualTo(LtxHeader.of(PAGE, 4, 2, 7, 2));
  }

  @Test
  void overlappingFilesMayFollowEachOther() throws Exception {
    assertThat(merged(file(1, 3, 2, 1, 1, 2), file(2, 5, 2, 2, 2))).containsEntry(2L, 2L);
  }

  @Test
  void pagesPastTheNewestCommitAreDropped() throws Exception {
    assertThat(merged(file(1, 1, 4, 1, 1, 2, 3, 4), file(2, 2, 2, 2, 1))).containsOnlyKeys(1L, 2L);
  }

  /// A database that shrank and grew again has other pages there: an image of before the shrink
  /// must not fill the hole, the hole is told.
  @Test
  void aPageOfBeforeAShrinkIsNotRaisedFromTheDead() throws Exception {
    byte[] before = file(1, 1, 4, 1, 1, 2, 3, 4);
    byte[] shrunk = file(2, 2, 2, 2, 1);
    assertThatExceptionOfType(LtxException.class)
        .isThrownBy(() -> merged(before, shrunk, file(3, 3, 4, 3, 1, 3)))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.PAGE_MISSING))
        .withMessageContaining("page 4 of 4");
    assertThat(merged(before, shrunk, file(3, 3, 4, 3, 3, 4))).containsEntry(4L, 3L);
  }

  @Test
  void aPageThatNobodyHasIsMissing() throws Exception {
    assertThatExceptionOfType(LtxException.class)
        .isThrownBy(() -> merged(file(1, 1, 2, 1, 1, 2), file(2, 2, 5, 2, 3, 5)))
        .withMessageContaining("page 4 of 5");
  }

  @Test
  void aGapBetweenFilesNamesBoth() throws Exception {
    assertThatExceptionOfType(LtxException.class)
        .isThrownBy(() -> compactor(file(1, 1, 1, 1, 1), file(3, 3, 1, 2, 1)))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_CONTIGUOUS))
        .withMessageContaining("3…3")
        .withMessageContaining("1…1");
    assertThatExceptionOfType(LtxException.class)
        .isThrownBy(() -> compactor(file(1, 4, 1, 1, 1), file(2, 4, 1, 2, 1)));
  }

  /// The damage stands behind the last page that counts; nothing may be believed before it is seen.
  @Test
  void aDamagedFileFailsTheMergeBeforeItEnds() throws Exception {
    byte[] damaged = file(2, 2, 1, 2, 1);
    damaged[damaged.length - 1] ^= 1;
    LtxCompactor compactor = compactor(file(1, 1, 1, 1, 1), damaged);
    assertThatExceptionOfType(LtxException.class)
        .isThrownBy(() -> {
          while (compactor.next()) {}
        })
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CHECKSUM_MISMATCH));
  }

  @Test
  void aDatabaseCanBecomeEmpty() throws Exception {
    assertThat(merged(file(1, 1, 2, 1, 1, 2), file(2, 2, 0, 2))).isEmpty();
  }
}
