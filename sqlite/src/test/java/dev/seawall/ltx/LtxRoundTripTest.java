// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written is read back, through every page size and both encodings.
final class LtxRoundTripTest {
  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void everyPageSizeComesBackInBothEncodings(int pageSize) throws Exception {
    for (PageEncoding encoding : PageEncoding.values()) {
      LtxHeader header = LtxHeader.of(pageSize, 7, 1, 3, 1_700_000_000_123L);
      SortedMap<Long, byte[]> pages = LtxFiles.pages(pageSize, 7, 5);
      byte[] file = LtxFiles.encode(header, pages, encoding);
      LtxDecoder decoder = LtxFiles.open(file);
      assertThat(decoder.header()).isEqualTo(header);
      assertSamePages(LtxFiles.decode(file), pages);
      assertThat(decoder.finish().fileChecksum()).isNegative();
      assertThat(decoder.indexIsRight()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(PageEncoding.class)
  void aStreamThatGivesOneByteAtATimeIsReadTheSame(PageEncoding encoding) throws Exception {
    SortedMap<Long, byte[]> pages = LtxFiles.pages(1024, 5, 9);
    byte[] file = LtxFiles.encode(LtxHeader.of(1024, 5, 1, 1, 0), pages, encoding);
    InputStream slow =
        new InputStream() {
          private final ByteArrayInputStream in = new ByteArrayInputStream(file);

          @Override
          public int read() {
            return in.read();
          }

          @Override
          public int read(byte[] to, int from, int length) {
            return in.read(to, from, Math.min(1, length));
          }
        };
    LtxDecoder decoder = new LtxDecoder(slow, "slow");
    SortedMap<Long, byte[]> found = new TreeMap<>();
    while (decoder.next()) {
      found.put(decoder.pageNumber(), LtxFiles.bytes(decoder.page()));
    }
    assertSamePages(found, pages);
  }

  /// The VFS of Litestream finds pages by it: each entry leads to the frame of its page.
  @ParameterizedTest
  @EnumSource(PageEncoding.class)
  void thePageIndexLeadsToEachFrame(PageEncoding encoding) throws Exception {
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    for (long number : new long[] {1, 2, 127, 128, 129, 300, 70_000, 0xFFFF_FFFEL}) {
      pages.put(number, LtxFiles.page(512, number, true));
    }
    byte[] file = LtxFiles.encode(LtxHeader.of(512, 0xFFFF_FFFEL, 9, 9, 0), pages, encoding);
    ByteBuffer whole = ByteBuffer.wrap(file);
    ByteBuffer end = whole.slice(file.length - 24, 24);
    long tail = LtxPageIndex.tailBytes(end, file.length, "file");
    LtxPageIndex index =
        LtxPageIndex.parse(
            whole.slice((int) (file.length - tail), (int) tail), file.length, "file");
    assertThat(index.entries())
        .extracting(LtxPageIndex.Entry::page)
        .containsExactlyElementsOf(pages.keySet());
    long position = LtxHeader.BYTES;
    for (LtxPageIndex.Entry entry : index.entries()) {
      assertThat(entry.position()).isEqualTo(position);
      assertThat(whole.getInt((int) position) & 0xFFFF_FFFFL).isEqualTo(entry.page());
      position += entry.frameBytes();
    }
    assertThat(whole.getInt((int) position)).isZero();
  }

  /// More pages than one chunk of the index log holds.
  @Test
  void aThousandsOfPagesLongIndexIsRight() throws Exception {
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    for (long number = 1; number <= 20_000; number++) {
      pages.put(number * 3, LtxFiles.page(512, number, true));
    }
    byte[] file = LtxFiles.encode(LtxHeader.of(512, 60_000, 2, 2, 0), pages, PageEncoding.FRAME);
    LtxDecoder decoder = LtxFiles.open(file);
    decoder.finish();
    assertThat(decoder.indexIsRight()).isTrue();
    assertThat(LtxFiles.decode(file)).hasSize(20_000);
  }

  @Test
  void theLockPageIsNoHoleInASnapshot() throws Exception {
    // A small stand-in for a database of more than 1 GiB: pages of 64 KiB around the lock page.
    long lock = LockPage.number(65536);
    assertThat(lock).isEqualTo(16385);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LtxEncoder encoder =
        new LtxEncoder(out, LtxHeader.of(65536, lock + 2, 1, 1, 0), PageEncoding.BLOCK);
    ByteBuffer page = ByteBuffer.allocate(65536);
    for (long number = 1; number < lock; number++) {
      encoder.page(number, page);
    }
    assertThatThrownBy(() -> encoder.page(lock, page)).hasMessageContaining("lock page");
    encoder.page(lock + 1, page);
    assertThatThrownBy(encoder::finish).hasMessageContaining("lacks page " + (lock + 2));
    encoder.page(lock + 2, page);
    encoder.finish();
    assertThat(encoder.size()).isEqualTo(out.size());
    LtxDecoder decoder = LtxFiles.open(out.toByteArray());
    decoder.finish();
    assertThat(decoder.pageNumber()).isEqualTo(lock + 2);
  }

  @Test
  void theEncoderRefusesWhatNobodyCouldRead() throws Exception {
    LtxHeader header = LtxHeader.of(512, 4, 2, 2, 0);
    LtxEncoder encoder = new LtxEncoder(new ByteArrayOutputStream(), header, PageEncoding.FRAME);
    ByteBuffer page = ByteBuffer.allocate(512);
    encoder.page(2, page);
    assertThatThrownBy(() -> encoder.page(2, page)).hasMessageContaining("page 2 after page 2");
    assertThatThrownBy(() -> encoder.page(5, page)).hasMessageContaining("beyond the commit 4");
    assertThatThrownBy(() -> encoder.page(3, ByteBuffer.allocate(511)))
        .hasMessageContaining("511 bytes");
    encoder.finish();
    assertThatThrownBy(() -> encoder.page(3, page)).isInstanceOf(IllegalStateException.class);
    LtxHeader tracked = new LtxHeader(0, 512, 4, 1, 1, 0, 0, 0, 0, 0, 0, 0);
    assertThatThrownBy(
            () -> new LtxEncoder(new ByteArrayOutputStream(), tracked, PageEncoding.FRAME))
        .hasMessageContaining("database checksums");
  }

  @Test
  void aSnapshotIsWrittenWithoutHoles() throws Exception {
    LtxEncoder encoder =
        new LtxEncoder(
            new ByteArrayOutputStream(), LtxHeader.of(512, 3, 1, 1, 0), PageEncoding.FRAME);
    ByteBuffer page = ByteBuffer.allocate(512);
    encoder.page(1, page);
    assertThatThrownBy(() -> encoder.page(3, page)).hasMessageContaining("page 3 after page 1");
    assertThatThrownBy(encoder::finish).hasMessageContaining("lacks page 2");
  }

  @Test
  void checksumsHaveTheirPublishedValues() {
    Crc64 crc = new Crc64();
    byte[] text = "123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    crc.update(text, 0, 9);
    assertThat(crc.value()).isEqualTo(0xB90956C775A41001L);
    // In any pieces.
    crc.reset();
    crc.update(text, 0, 4);
    crc.update(text, 4, 5);
    assertThat(crc.value()).isEqualTo(0xB90956C775A41001L);
    assertThat(new DatabaseChecksum().value()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void theDatabaseChecksumFollowsAChangedPage() {
    ByteBuffer before = ByteBuffer.wrap(LtxFiles.page(512, 1, false));
    ByteBuffer after = ByteBuffer.wrap(LtxFiles.page(512, 2, false));
    DatabaseChecksum changed = new DatabaseChecksum();
    changed.toggle(changed.ofPage(1, before));
    changed.toggle(changed.ofPage(2, before));
    changed.toggle(changed.ofPage(1, before));
    changed.toggle(changed.ofPage(1, after));
    DatabaseChecksum fresh = new DatabaseChecksum();
    fresh.toggle(fresh.ofPage(2, before));
    fresh.toggle(fresh.ofPage(1, after));
    assertThat(changed.value()).isEqualTo(fresh.value()).isNegative();
  }

  @Test
  void namesSortAsTheyRead() {
    LtxName name = new LtxName(1, 42);
    assertThat(name).hasToString("0000000000000001-000000000000002a.ltx");
    assertThat(LtxName.parse(name.toString())).contains(name);
    for (String wrong :
        new String[] {
          "0000000000000001-000000000000002A.ltx",
          "0000000000000001-000000000000002a.ltx.tmp",
          "0000000000000002-0000000000000001.ltx",
          "0000000000000000-0000000000000001.ltx",
          "0000000000000001_000000000000002a.ltx",
          "8000000000000001-8000000000000002.ltx",
          ""
        }) {
      assertThat(LtxName.parse(wrong)).as(wrong).isEmpty();
    }
    assertThat(new LtxName(2, 9)).isGreaterThan(new LtxName(1, 90));
    assertThat(new LtxName(2, 9)).isLessThan(new LtxName(2, 10));
  }

  static void assertSamePages(SortedMap<Long, byte[]> found, SortedMap<Long, byte[]> expected) {
    assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
    found.forEach((number, page) ->
        assertThat(Arrays.equals(page, expected.get(number))).as("page " + number).isTrue());
  }
}
