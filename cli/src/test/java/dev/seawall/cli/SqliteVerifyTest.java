// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `seawall verify` on directories. I-13: nothing is never good.
final class SqliteVerifyTest {
  @TempDir private Path home;
  private Replicas replicas;

  @BeforeEach
  void aReplica() throws Exception {
    replicas = new Replicas(home.resolve("store"));
    replicas.add("app.db");
  }

  private Run verify(Object... more) {
    Object[] all = new Object[more.length + 4];
    all[0] = "verify";
    all[1] = "app";
    all[2] = "-b";
    all[3] = replicas.store();
    System.arraycopy(more, 0, all, 4, more.length);
    return Run.of(all);
  }

  @Test
  void aWholeReplicaIsWhole() {
    Run run = verify();
    assertThat(run.status()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).contains("app.db: whole. 4 links", "up to transaction 4 of 4");
    assertThat(verify("--json").out())
        .contains("\"good\":true", "\"restorableTxid\":4", "\"damage\":[]", "\"content\":true");
  }

  @Test
  void everyFlippedByteOfALinkIsFound() throws Exception {
    Path link = replicas.link("app.db", 0, 3, 3);
    byte[] good = Files.readAllBytes(link);
    for (int at = 0; at < good.length; at += Math.max(1, good.length / 40)) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      Files.write(link, bad);
      Run run = verify();
      assertThat(run.status()).as("byte %d: %s", at, run.out()).isEqualTo(7);
      assertThat(run.out()).contains("damaged: ", "0000000000000003-0000000000000003.ltx");
    }
    Files.write(link, java.util.Arrays.copyOf(good, good.length - 1));
    assertThat(verify().status()).isEqualTo(7);
    Files.write(link, java.util.Arrays.copyOf(good, good.length + 1));
    assertThat(verify().status()).isEqualTo(7);
  }

  @Test
  void marksOnlyReadsNoFile() throws Exception {
    Path link = replicas.link("app.db", 0, 3, 3);
    byte[] bytes = Files.readAllBytes(link);
    bytes[bytes.length / 2] ^= 1;
    Files.write(link, bytes);
    Run run = verify("--marks");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("only names and marks were read");
  }

  @Test
  void aSwappedLinkIsDamage() throws Exception {
    Files.copy(
        replicas.link("app.db", 0, 2, 2),
        replicas.link("app.db", 0, 3, 3),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Run run = verify();
    assertThat(run.status()).isEqualTo(7);
    assertThat(run.out()).contains("its header says transactions 2 to 2");
  }

  @Test
  void aGapIsStatus8() throws Exception {
    Files.delete(replicas.link("app.db", 0, 2, 2));
    Run run = verify();
    assertThat(run.status()).isEqualTo(8);
    assertThat(run.out()).contains("INCONSISTENT", "up to transaction 1 of 4");
  }

  @Test
  void nothingIsNeverGood() {
    assertThat(Run.of("verify", "none", "-b", replicas.store()).status()).isEqualTo(6);
    assertThat(Run.of("verify", "app", "-b", home.resolve("no")).status()).isEqualTo(6);
  }

  @Test
  void generationsAreProvedByARestore() throws Exception {
    replicas.addOld("old.db");
    Run run = Run.of("verify", "old", "-b", replicas.store());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("seawall restore old.db -b ", "--check full");
  }
}
