// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `seawall restore` on directories.
final class SqliteRestoreTest {
  @TempDir private Path home;
  private Replicas replicas;
  private Path output;

  @BeforeEach
  void aReplica() throws Exception {
    replicas = new Replicas(home.resolve("store"));
    replicas.add("app.db");
    output = home.resolve("out.db");
  }

  private Run restore(Object... more) {
    Object[] all = new Object[more.length + 6];
    all[0] = "restore";
    all[1] = "app.db";
    all[2] = "-b";
    all[3] = replicas.store();
    all[4] = "-o";
    all[5] = output;
    System.arraycopy(more, 0, all, 6, more.length);
    return Run.of(all);
  }

  @Test
  void theLatestStateComesBack() throws Exception {
    Run run = restore("--check", "full");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("behind transaction 4", "4 objects");
    Replicas.assertRestored(output);
  }

  @Test
  void jsonSaysWhatWasDone() {
    Run run = restore("--json");
    assertThat(run.lines()).hasSize(1);
    assertThat(run.out())
        .contains(
            "\"replica\":\"app.db\"",
            "\"format\":\"ltx\"",
            "\"txid\":4",
            "\"objects\":4",
            "\"output\":\"" + output + "\"",
            "\"pageSize\":4096");
  }

  @Test
  void aNameWithoutItsExtensionWillDoWhileOnlyOneFits() throws Exception {
    assertThat(Run.of("restore", "app", "-b", replicas.store(), "-o", output).status()).isZero();
    replicas.add("app.sqlite");
    replicas.add("app.db.other");
    replicas.add("application.db");
    Run two = Run.of("restore", "app", "-b", replicas.store(), "-o", home.resolve("second"));
    assertThat(two.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(two.err()).contains("fits app.db and app.sqlite; name one");
    replicas.add("app");
    assertThat(
            Run.of("restore", "app", "-b", replicas.store(), "-o", home.resolve("third")).status())
        .isZero();
  }

  @Test
  void aReplicaBelowAFolderIsNamedWithIt() throws Exception {
    replicas.add("prod/db1");
    Run run = Run.of("restore", "prod/db1", "-b", replicas.store(), "-o", output);
    assertThat(run.status()).isZero();
    Replicas.assertRestored(output);
  }

  @Test
  void anAddressOfAFileUrlIsADirectory() {
    Run run = Run.of("restore", "app", "-b", replicas.store().toUri(), "-o", output);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
  }

  @Test
  void aDryRunPrintsThePlanAndWritesNothing() {
    Run run = restore("--dry-run", "--txid", 2);
    assertThat(run.status()).isZero();
    assertThat(run.lines())
        .containsExactly(
            "app.db/ltx/0/0000000000000001-0000000000000001.ltx",
            "app.db/ltx/0/0000000000000002-0000000000000002.ltx",
            run.lines().getLast());
    assertThat(run.out()).contains("would fetch 2 objects", "behind transaction 2");
    assertThat(output).doesNotExist();
    assertThat(restore("--dry-run", "--json").out()).contains("\"keys\":[\"app.db/ltx/0/");
  }

  @Test
  void everyWordForAPointInTimeIsUnderstood() {
    for (String[] words :
        new String[][] {{"--txid", "3"}, {"--point-in-time", "3"}, {"--point-in-time", "txid:3"}}) {
      assertThat(restore("--dry-run", words[0], words[1]).out()).contains("behind transaction 3");
    }
    for (String option : new String[] {"--timestamp", "--point-in-time"}) {
      Run late = restore("--dry-run", option, "2999-01-01T00:00:00+02:00");
      assertThat(late.out()).contains("behind transaction 4", "Its last commit was seen at ");
      Run early = restore("--dry-run", option, "1999-01-01T00:00:00Z");
      assertThat(early.status()).isEqualTo(ExitCode.STORE_NOT_FOUND.status());
      assertThat(early.err()).contains("nothing had been shipped at 1999-01-01T00:00:00Z");
    }
  }

  @Test
  void aTimeSaysHowFarItIsFromTheNext() throws Exception {
    Run late = restore("--dry-run", "--json", "--timestamp", "2999-01-01T00:00:00Z");
    String time = late.out().replaceAll("(?s).*\"time\":\"([^\"]*)\".*", "$1");
    String before = java.time.Instant.parse(time).minusMillis(1).toString();
    Run run = restore("--dry-run", "--timestamp", before);
    assertThat(run.out()).contains("The next state that can be restored was seen at " + time);
    assertThat(restore("--dry-run", "--json", "--timestamp", before).out())
        .contains("\"nextTime\":\"" + time, "\"resolutionSeconds\":");
  }

  @Test
  void mistakesAboutTheTimeAreExplained() {
    Run local = restore("--timestamp", "2026-11-21T09:00:00");
    assertThat(local.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(local.err()).contains("in which time zone? Add Z");
    assertThat(restore("--point-in-time", "yesterday").err()).contains("2026-11-21T09:00:00Z");
    assertThat(restore("--txid", "0").status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(restore("--txid", "1", "--timestamp", "x").err()).contains("mutually exclusive");
  }

  @Test
  void nothingIsOverwritten() throws Exception {
    for (String suffix : new String[] {"", "-wal", "-shm", "-journal"}) {
      Path there = home.resolve("out.db" + suffix);
      Files.writeString(there, "mine");
      Run run = restore();
      assertThat(run.status()).isEqualTo(ExitCode.USAGE.status());
      assertThat(run.err()).contains(there + " exists");
      assertThat(there).hasContent("mine");
      Files.delete(there);
    }
    assertThat(home).isDirectoryNotContaining(file -> file.toString().contains(".restore"));
  }

  @Test
  void aGapNamesBothNeighbours() throws Exception {
    Files.delete(replicas.link("app.db", 0, 3, 3));
    Run run = restore();
    assertThat(run.status()).isEqualTo(ExitCode.REPLICA_INCONSISTENT.status());
    assertThat(run.err())
        .contains("0000000000000002-0000000000000002", "0000000000000004-0000000000000004")
        .contains("--txid 2");
    assertThat(output).doesNotExist();
    assertThat(restore("--txid", 2).status()).isZero();
  }

  @Test
  void damageIsStatus7() throws Exception {
    Path link = replicas.link("app.db", 0, 2, 2);
    byte[] bytes = Files.readAllBytes(link);
    bytes[bytes.length / 2] ^= 1;
    Files.write(link, bytes);
    Run run = restore();
    assertThat(run.status()).isEqualTo(ExitCode.DAMAGE.status());
    assertThat(run.err()).contains("0000000000000002-0000000000000002.ltx");
    assertThat(output).doesNotExist();
  }

  @Test
  void whatIsNotThereIsSaid() {
    Run store = Run.of("restore", "app", "-b", home.resolve("nowhere"), "-o", output);
    assertThat(store.status()).isEqualTo(ExitCode.STORE_NOT_FOUND.status());
    Run replica = Run.of("restore", "other", "-b", replicas.store(), "-o", output);
    assertThat(replica.status()).isEqualTo(ExitCode.STORE_NOT_FOUND.status());
    assertThat(replica.err()).contains("no replica named other", "seawall list -b ");
    Run folder =
        Run.of("restore", "app", "-b", replicas.store(), "-o", home.resolve("no/folder/x.db"));
    assertThat(folder.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(folder.err()).contains("there is no directory");
    assertThat(Run.of("restore", "app").err()).contains("--bucket");
    assertThat(Run.of("restore", "../app", "-b", replicas.store()).status()).isEqualTo(2);
  }

  @Test
  void generationsOfOldLitestreamComeBack() throws Exception {
    replicas.addOld("old.db");
    Run run = Run.of("restore", "old", "-b", replicas.store(), "-o", output);
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("at the end of the generation's WAL");
    assertThat(Replicas.rows(output)).isNotEmpty();
    assertThat(restore("--generation", "xyz").status()).isEqualTo(ExitCode.USAGE.status());
  }
}
