// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.seawall.ltx.LtxException.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Wrong bytes give typed errors that say where; never another exception, never pages that count.
final class LtxDamageTest {
  private static final int PAGE = 512;

  private static byte[] increment(PageEncoding encoding) throws Exception {
    SortedMap<Long, byte[]> pages = LtxFiles.pages(PAGE, 4, 1);
    return LtxFiles.encode(LtxHeader.of(PAGE, 4, 2, 2, 77), pages, encoding);
  }

  private static Reason refused(byte[] file) {
    var thrown =
        assertThatExceptionOfType(LtxException.class)
            .isThrownBy(() -> LtxFiles.decode(file))
            .actual();
    assertThat(thrown).hasMessageStartingWith("file: ");
    return thrown.reason();
  }

  @ParameterizedTest
  @EnumSource(PageEncoding.class)
  void everyPrefixIsTruncated(PageEncoding encoding) throws Exception {
    byte[] file = increment(encoding);
    for (int length = 0; length < file.length; length++) {
      assertThat(refused(Arrays.copyOf(file, length))).as("%d", length).isEqualTo(Reason.TRUNCATED);
    }
  }

  /// Every bit of the file is covered: by a checksum, or because it cannot be otherwise.
  @ParameterizedTest
  @EnumSource(PageEncoding.class)
  void noFlippedBitGoesUnnoticed(PageEncoding encoding) throws Exception {
    byte[] file = increment(encoding);
    SortedMap<Long, byte[]> pages = LtxFiles.decode(file);
    for (int bit = 0; bit < file.length * 8; bit++) {
      byte[] damaged = file.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        // Compressed bytes are not covered; what they expand to is.
        LtxRoundTripTest.assertSamePages(LtxFiles.decode(damaged), pages);
        assertThat(LtxFiles.open(damaged).header()).isEqualTo(LtxFiles.open(file).header());
      } catch (LtxException _) {
        // Noticed.
      }
    }
  }

  @Test
  void bytesBehindTheTrailerAreRefused() throws Exception {
    byte[] file = increment(PageEncoding.FRAME);
    assertThat(refused(Arrays.copyOf(file, file.length + 1))).isEqualTo(Reason.INVALID);
  }

  @Test
  void anotherVersionIsTooNewAndNeverDamage() throws Exception {
    byte[] file = increment(PageEncoding.FRAME);
    file[3] = '2';
    assertThat(refused(file)).isEqualTo(Reason.TOO_NEW);
    file[0] = 'S';
    assertThat(refused(file)).isEqualTo(Reason.NOT_LTX);
    byte[] flagged = increment(PageEncoding.FRAME);
    flagged[7] |= 1;
    assertThat(refused(flagged)).isEqualTo(Reason.TOO_NEW);
    byte[] page = increment(PageEncoding.FRAME);
    page[LtxHeader.BYTES + 5] = 2;
    assertThat(refused(page)).isEqualTo(Reason.TOO_NEW);
  }

  @Test
  void headerFieldsKeepTheirLimits() throws Exception {
    byte[] file = increment(PageEncoding.FRAME);
    assertThat(refused(with(file, 8, 100))).isEqualTo(Reason.INVALID);
    assertThat(refused(with(file, 8, 131072))).isEqualTo(Reason.INVALID);
    assertThat(refused(with(file, 16, -1))).isEqualTo(Reason.INVALID);
    assertThat(refused(with(file, 24, -1))).isEqualTo(Reason.INVALID);
    assertThat(refused(with(file, 40, -1))).isEqualTo(Reason.INVALID);
    assertThat(refused(with(file, 64, 7))).isEqualTo(Reason.INVALID);
    assertThat(refused(with(file, 56, 1))).isEqualTo(Reason.INVALID);
  }

  private static byte[] with(byte[] file, int position, int value) {
    byte[] changed = file.clone();
    ByteBuffer.wrap(changed).putInt(position, value);
    return changed;
  }

  @Test
  void aLengthIsComparedWithItsLimitBeforeItIsUsed() throws Exception {
    byte[] block = increment(PageEncoding.BLOCK);
    assertThat(refused(with(block, LtxHeader.BYTES + 6, Integer.MAX_VALUE)))
        .isEqualTo(Reason.INVALID);
    assertThat(refused(with(block, LtxHeader.BYTES + 6, -1))).isEqualTo(Reason.INVALID);
    byte[] frame = increment(PageEncoding.FRAME);
    // The length of a block inside an LZ4 frame.
    assertThat(refused(with(frame, LtxHeader.BYTES + 6 + 7, 0xFFFF_FF7F)))
        .isEqualTo(Reason.INVALID);
  }

  @Test
  void aHoleInASnapshotIsAMissingPage() throws Exception {
    SortedMap<Long, byte[]> pages = LtxFiles.pages(PAGE, 4, 1);
    for (long missing = 1; missing <= 4; missing++) {
      SortedMap<Long, byte[]> holed = new TreeMap<>(pages);
      holed.remove(missing);
      byte[] file = LtxFiles.encode(LtxHeader.of(PAGE, 4, 2, 2, 0), holed, PageEncoding.BLOCK);
      // Only the header says snapshot: the encoder would not write it.
      ByteBuffer.wrap(file).putLong(16, 1);
      assertThat(refused(file)).isEqualTo(Reason.PAGE_MISSING);
    }
  }

  @Test
  void pagesOutOfOrderAreRefused() throws Exception {
    byte[] file = increment(PageEncoding.BLOCK);
    file[LtxHeader.BYTES + 3] = 3;
    assertThat(refused(file)).isEqualTo(Reason.INVALID);
  }

  @Test
  void aWrongPageIndexIsToldAndNotRefused() throws Exception {
    byte[] file = increment(PageEncoding.FRAME);
    // The length of the index; then the file checksum is made right again.
    file[file.length - 17] ^= 1;
    resign(file);
    LtxDecoder decoder = LtxFiles.open(file);
    decoder.finish();
    assertThat(decoder.indexIsRight()).isFalse();
  }

  @Test
  void aPageIndexThatPointsElsewhereIsRefused() throws Exception {
    byte[] file = increment(PageEncoding.FRAME);
    ByteBuffer whole = ByteBuffer.wrap(file);
    int tail = (int) LtxPageIndex.tailBytes(whole.slice(file.length - 24, 24), file.length, "file");
    for (int at = file.length - tail; at < file.length - 24; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = file.clone();
        damaged[at] ^= (byte) (1 << bit);
        ByteBuffer end = ByteBuffer.wrap(damaged).slice(file.length - tail, tail);
        try {
          LtxPageIndex index = LtxPageIndex.parse(end, file.length, "file");
          long framesEnd = file.length - tail - 6L;
          assertThat(index.entries())
              .allMatch(e -> e.position() >= 100 && e.position() + e.frameBytes() <= framesEnd);
        } catch (LtxException e) {
          assertThat(e.reason()).isEqualTo(Reason.INVALID);
        }
      }
    }
    ByteBuffer huge = ByteBuffer.allocate(24).putLong(0, Long.MAX_VALUE);
    assertThatExceptionOfType(LtxException.class)
        .isThrownBy(() -> LtxPageIndex.tailBytes(huge, file.length, "file"));
  }

  @Test
  void afterAnExceptionTheDecoderIsOfNoMoreUse() throws Exception {
    byte[] file = increment(PageEncoding.FRAME);
    LtxDecoder decoder = LtxFiles.open(Arrays.copyOf(file, 300));
    assertThatExceptionOfType(LtxException.class).isThrownBy(decoder::finish);
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(decoder::next);
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(decoder::trailer);
  }

  /// Puts the file checksum right after a change outside the pages.
  static void resign(byte[] file) throws Exception {
    Crc64 crc = new Crc64();
    LtxDecoder pages = LtxFiles.open(file);
    crc.update(file, 0, LtxHeader.BYTES);
    ByteBuffer whole = ByteBuffer.wrap(file);
    int at = LtxHeader.BYTES;
    IndexLog log = new IndexLog();
    int tail = at;
    while (whole.getInt(tail) != 0) {
      pages.next();
      int flags = whole.getShort(tail + 4);
      int next = tail + 6;
      crc.update(file, tail, flags == 1 ? 10 : 6);
      byte[] page = LtxFiles.bytes(pages.page());
      crc.update(page, 0, page.length);
      next += flags == 1 ? 4 + whole.getInt(next) : frameBytes(whole, next);
      log.add(whole.getInt(tail), next - tail);
      tail = next;
    }
    crc.update(file, tail, file.length - tail - 8);
    whole.putLong(file.length - 8, crc.checksum());
  }

  private static int frameBytes(ByteBuffer file, int at) {
    int length = Integer.reverseBytes(file.getInt(at + 7)) & 0x7FFF_FFFF;
    return 7 + 4 + length + 8;
  }
}
