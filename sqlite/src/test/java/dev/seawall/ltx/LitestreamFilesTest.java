// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Files that Litestream 0.5.17 wrote (file backend, block encoding), never made again with our own
/// code. They were copied from shared/data; their README names their origin.
final class LitestreamFilesTest {
  private static final Path FOLDER = Path.of("src/test/resources/litestream");
  private static final Path LEVEL_0 = FOLDER.resolve("v0.5.17-file-replica/ltx/0");

  private static List<Path> files() throws Exception {
    try (var files = Files.list(LEVEL_0)) {
      return files.sorted().toList();
    }
  }

  @Test
  void everyFileIsValidAndItsIndexIsRight() throws Exception {
    assertThat(files()).hasSize(4);
    for (Path file : files()) {
      try (InputStream in = Files.newInputStream(file)) {
        LtxDecoder decoder = new LtxDecoder(in, file.toString());
        LtxTrailer trailer = decoder.finish();
        assertThat(trailer.postApplyChecksum()).isZero();
        assertThat(decoder.indexIsRight()).isTrue();
        LtxHeader header = decoder.header();
        assertThat(header.isTracked()).isFalse();
        assertThat(new LtxName(header.minTxid(), header.maxTxid()))
            .hasToString(file.getFileName().toString());
      }
    }
  }

  @Test
  void mergedTheyAreTheExpectedDatabase() throws Exception {
    List<LtxDecoder> decoders = new ArrayList<>();
    for (Path file : files()) {
      decoders.add(LtxFiles.open(Files.readAllBytes(file)));
    }
    LtxCompactor compactor = new LtxCompactor(decoders);
    ByteArrayOutputStream database = new ByteArrayOutputStream();
    while (compactor.next()) {
      database.write(LtxFiles.bytes(compactor.page()));
    }
    assertThat(database.toByteArray())
        .isEqualTo(Files.readAllBytes(FOLDER.resolve("v0.5.17-file-replica.expected.db")));
  }

  /// With the same pages and the same encoding we write what Litestream wrote, but for what LZ4
  /// chose to do inside a block: same header, same pages, same order.
  @Test
  void writtenAgainTheyDifferInCompressionOnly() throws Exception {
    for (Path path : files()) {
      byte[] theirs = Files.readAllBytes(path);
      LtxDecoder decoder = LtxFiles.open(theirs);
      byte[] ours = LtxFiles.encode(decoder.header(), LtxFiles.decode(theirs), PageEncoding.BLOCK);
      assertThat(ours).startsWith(java.util.Arrays.copyOf(theirs, LtxHeader.BYTES + 6));
      LtxRoundTripTest.assertSamePages(LtxFiles.decode(ours), LtxFiles.decode(theirs));
    }
  }
}
