// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static dev.seawall.replicate.States.file;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.ltx.LockPage;
import dev.seawall.ltx.LtxCompactor;
import dev.seawall.ltx.LtxDecoder;
import dev.seawall.ltx.LtxEncoder;
import dev.seawall.ltx.LtxFiles;
import dev.seawall.ltx.LtxHeader;
import dev.seawall.ltx.PageEncoding;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Real Litestream 0.5.17 restores what we wrote, byte for byte.
final class OracleTest {
  @TempDir private Path folder;
  private Oracle oracle;
  private Path replica;

  @BeforeEach
  void open() throws Exception {
    oracle = Oracle.orSkip();
    replica = folder.resolve("replica");
  }

  private void put(String key, byte[] bytes) throws Exception {
    Path path = replica.resolve(key);
    Files.createDirectories(path.getParent());
    Files.write(path, bytes);
  }

  private void assertRestores(byte[] expected) throws Exception {
    Oracle.Answer answer = oracle.restore(replica, folder.resolve("oracle"));
    assertThat(answer.restored()).as(answer.output()).isTrue();
    assertThat(Files.readAllBytes(answer.database())).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(PageEncoding.class)
  void itRestoresAChainOfOurs(PageEncoding encoding) throws Exception {
    States states = States.five(folder, 4096);
    for (int txid = 1; txid <= 5; txid++) {
      put(file(0, txid, txid), states.ltx(txid, txid, encoding));
    }
    assertRestores(states.state(5));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 65536})
  void itRestoresTheSmallestAndTheLargestPages(int pageSize) throws Exception {
    States states = States.five(folder, pageSize);
    put(file(9, 1, 3), states.ltx(1, 3, PageEncoding.FRAME));
    put(file(1, 4, 5), states.ltx(4, 5, PageEncoding.FRAME));
    assertRestores(states.state(5));
  }

  @Test
  void itRestoresWhatWeMergedAndWhatWasVacuumed() throws Exception {
    States states =
        States.of(
            folder, 1024, States.rows(20), "DELETE FROM t WHERE id > 2", "VACUUM", States.rows(15));
    List<LtxDecoder> inputs = new ArrayList<>();
    for (int txid = 2; txid <= 4; txid++) {
      inputs.add(LtxFiles.open(states.ltx(txid, txid, PageEncoding.FRAME)));
    }
    LtxCompactor merged = new LtxCompactor(inputs);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    merged.writeTo(new LtxEncoder(out, merged.header(), PageEncoding.FRAME));
    put(file(0, 1, 1), states.ltx(1, 1, PageEncoding.FRAME));
    put(file(1, 2, 4), out.toByteArray());
    assertRestores(states.state(4));
  }

  /// The oracle can say no: without this, the others would prove nothing.
  @Test
  void itRefusesAWrongChecksum() throws Exception {
    States states = States.five(folder, 4096);
    put(file(0, 1, 1), states.ltx(1, 1, PageEncoding.FRAME));
    byte[] damaged = states.ltx(2, 2, PageEncoding.FRAME);
    damaged[damaged.length - 1] ^= 1;
    put(file(0, 2, 2), damaged);
    Oracle.Answer answer = oracle.restore(replica, folder.resolve("oracle"));
    assertThat(answer.restored()).isFalse();
    assertThat(answer.output()).contains("file checksum mismatch");
  }

  /// The lock page lies in the middle. Sparse: everything but the first pages is zeros.
  @Test
  @Tag("night")
  void itRestoresADatabaseOfMoreThanOneGibibyte() throws Exception {
    int pageSize = 65536;
    States states = States.five(folder, pageSize);
    long commit = LockPage.number(pageSize) + 3;
    Path path = replica.resolve(file(9, 1, 1));
    Files.createDirectories(path.getParent());
    byte[] first = states.all(5).get(1L);
    // The header's length of the database and its count of free pages are left as they are: what is
    // compared is bytes.
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
      LtxEncoder encoder =
          new LtxEncoder(
              out, LtxHeader.of(pageSize, commit, 1, 1, 1_763_700_000_000L), PageEncoding.FRAME);
      byte[] zeros = new byte[pageSize];
      for (long number = 1; number <= commit; number++) {
        byte[] page = states.all(5).get(number);
        if (number != LockPage.number(pageSize)) {
          encoder.page(number, ByteBuffer.wrap(page == null ? zeros : page));
        }
      }
      encoder.finish();
    }
    Oracle.Answer answer = oracle.restore(replica, folder.resolve("oracle"));
    assertThat(Files.size(answer.database())).isEqualTo(commit * pageSize);
    try (var in = Files.newInputStream(answer.database())) {
      assertThat(in.readNBytes(pageSize)).isEqualTo(first);
    }
    Files.delete(answer.database());
  }
}
