// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `seawall list` on directories.
final class SqliteListTest {
  @TempDir private Path home;
  private Replicas replicas;

  @BeforeEach
  void aStore() throws Exception {
    replicas = new Replicas(home.resolve("store"));
  }

  private Run list(Object... more) {
    Object[] all = new Object[more.length + 3];
    all[0] = "list";
    all[1] = "-b";
    all[2] = replicas.store();
    System.arraycopy(more, 0, all, 3, more.length);
    return Run.of(all);
  }

  @Test
  void replicasOfAllKindsAndNothingElse() throws Exception {
    replicas.add("app.db");
    replicas.addOld("old.db");
    replicas.add("prod/db1");
    Files.writeString(replicas.store().resolve("notes.txt"), "not a replica");
    Files.createDirectories(replicas.store().resolve("other/ltx/0"));
    Files.writeString(replicas.store().resolve("other/ltx/0/readme"), "nor this");
    Run run = list("--json");
    assertThat(run.status()).isZero();
    assertThat(run.lines()).hasSize(3);
    assertThat(run.lines().get(0))
        .contains("\"name\":\"app.db\"", "\"txid\":4", "\"objects\":4", "\"incrementals\":3");
    assertThat(run.lines().get(1)).contains("\"name\":\"old.db\"", "\"format\":\"generations\"");
    assertThat(run.lines().get(2)).contains("\"name\":\"prod/db1\"");
    assertThat(list().lines()).hasSize(4);
  }

  @Test
  void oneReplicaLinkByLink() throws Exception {
    replicas.add("app.db");
    Run run = list("app");
    assertThat(run.lines()).hasSize(5);
    assertThat(run.lines().get(1)).contains("snapshot", "0000000000000001-0000000000000001.ltx");
    assertThat(list("app", "--json").lines().get(3)).contains("\"lastTxid\":4", "\"level\":0");
    replicas.addOld("old.db");
    assertThat(list("old").out()).contains("generation 591d328de01b4102 of Litestream 0.3");
  }

  @Test
  void anEmptyStoreSaysSo() {
    Run run = list();
    assertThat(run.status()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("no replica in file://");
  }
}
