// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is captured of a real database is the database, page for page.
final class CaptureTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {512, 4096, 65536})
  void everyPageSizeIsCaptured(int pageSize) throws Exception {
    try (Followed followed = new Followed(folder, pageSize)) {
      followed.begin();
      followed.assertSame();
      Databases.insert(followed.application, 30, 900);
      followed.catchUp();
      followed.assertSame();
      Databases.run(followed.application, "DELETE FROM t WHERE id > 3", "VACUUM");
      followed.catchUp();
      followed.assertSame();
      assertThat(followed.transactions).isEqualTo(32);
    }
  }

  @Test
  void aSnapshotOfABusyWalIsTheLastCommit() throws Exception {
    try (Followed followed = new Followed(folder, 1024)) {
      Databases.insert(followed.application, 50, 2000);
      Databases.run(followed.application, "PRAGMA wal_checkpoint(PASSIVE)");
      Databases.insert(followed.application, 10, 2000);
      Databases.run(followed.application, "PRAGMA cache_size = 5", "BEGIN");
      Databases.run(followed.application, "UPDATE t SET v = randomblob(1900)");
      byte[] committed = Databases.checkpointed(followed.database, folder.resolve("before"));
      // The application holds the write lock: the pin waits for nobody, the start does.
      assertThat(followed.capture.start()).isFalse();
      Databases.run(followed.application, "ROLLBACK");
      followed.begin();
      assertThat(followed.copy).isEqualTo(committed);
      Databases.insert(followed.application, 3, 100);
      followed.catchUp();
      followed.assertSame();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096, 65536})
  void aDatabaseWithoutWalIsCapturedAndItsFirstWalFollowed(int pageSize) throws Exception {
    try (Followed followed = new Followed(folder, pageSize)) {
      Databases.insert(followed.application, 5, 500);
      assertThat(Databases.row(followed.application, "PRAGMA wal_checkpoint(TRUNCATE)").getFirst())
          .isZero();
      assertThat(Files.size(Databases.wal(followed.database))).isZero();
      followed.begin();
      followed.assertSame();
      Databases.insert(followed.application, 5, 500);
      followed.catchUp();
      assertThat(followed.transactions).isEqualTo(5);
      followed.assertSame();
    }
  }

  /// While nobody watched, another one checkpointed and began the WAL anew.
  @Test
  void aRestartWithoutThePinIsALoss() throws Exception {
    try (Followed followed = new Followed(folder, 4096)) {
      Databases.insert(followed.application, 5, 500);
      followed.begin();
      followed.source.unpin();
      Databases.insert(followed.application, 5, 500);
      Databases.run(followed.application, "PRAGMA wal_checkpoint(RESTART)");
      Databases.insert(followed.application, 1, 500);
      assertThat(followed.capture.look()).isEqualTo(new WalCapture.Look.Lost(Loss.WAL_RESTARTED));
      assertThat(followed.capture.start()).isTrue();
      followed.snapshot();
      followed.assertSame();
      Databases.insert(followed.application, 1, 500);
      followed.catchUp();
      followed.assertSame();
    }
  }

  @Test
  void aWalThatVanishesOrIsCutIsALoss() throws Exception {
    try (Followed followed = new Followed(folder, 4096)) {
      followed.begin();
      Databases.insert(followed.application, 5, 500);
      followed.catchUp();
      Path wal = Databases.wal(followed.database);
      Databases.process("cp", wal.toString(), folder.resolve("kept").toString());
      Databases.process("truncate", "-s", "5000", wal.toString());
      assertThat(followed.capture.look()).isEqualTo(new WalCapture.Look.Lost(Loss.WAL_CUT));
      Databases.process("mv", wal.toString(), folder.resolve("gone").toString());
      assertThat(followed.capture.look()).isEqualTo(new WalCapture.Look.Lost(Loss.WAL_CUT));
      Databases.process("cp", folder.resolve("kept").toString(), wal.toString());
      assertThat(followed.capture.look()).isInstanceOf(WalCapture.Look.Quiet.class);
    }
  }

  @Test
  void aDatabaseThatIsNotInWalModeIsRefused() throws Exception {
    Path database = folder.resolve("other.db");
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    try (Connection application = Databases.open(database)) {
      Databases.run(application, "PRAGMA journal_mode = delete", "CREATE TABLE t(id, v)");
      try (WalCapture capture =
          new WalCapture(JdbcSqliteSource.open(machine.files(), database, 1000), 1 << 20)) {
        org.assertj.core.api.Assertions.assertThatThrownBy(capture::snapshot)
            .hasMessageContaining("journal_mode = wal");
      }
    }
    machine.scheduler().close();
  }

  /// Another version of SQLite writes and checkpoints in every mode, we checkpoint in between;
  /// every state that is reached is the database's, and nothing is ever lost.
  @Test
  void foreignWritersAndCheckpointsOfAllKindsLoseNothing() throws Exception {
    assumeTrue(Databases.hasShell(), "skipped: no sqlite3 shell, which is the other process here");
    Random random = new Random(7);
    try (Followed followed = new Followed(folder, 1024)) {
      followed.begin();
      for (int round = 0; round < 60; round++) {
        step(followed, random);
        if (random.nextInt(3) == 0) {
          followed.checkpoint();
        }
        if (random.nextInt(4) > 0) {
          followed.catchUp();
        }
        if (round % 6 == 5) {
          followed.catchUp();
          followed.assertSame();
        }
      }
      followed.catchUp();
      followed.assertSame();
      assertThat(followed.snapshots).isEqualTo(1);
    }
  }

  private static void step(Followed followed, Random random) throws Exception {
    Connection application = followed.application;
    switch (random.nextInt(7)) {
      case 0 -> Databases.insert(application, 1 + random.nextInt(20), 1 + random.nextInt(3000));
      case 1 -> Databases.run(application, "DELETE FROM t WHERE id % 3 = 0");
      case 2 -> Databases.run(application, "VACUUM");
      case 3 ->
          Databases.shell(followed.database, "UPDATE t SET v = randomblob(700) WHERE id % 5 = 0");
      case 4 ->
          Databases.process(
              "sqlite3",
              followed.database.toString(),
              "PRAGMA wal_checkpoint("
                  + List.of("PASSIVE", "FULL", "RESTART", "TRUNCATE").get(random.nextInt(4))
                  + ")");
      case 5 ->
          // A connection that comes, writes and is the last of its process.
          Databases.shell(followed.database, "INSERT INTO t(v) VALUES (randomblob(5000))");
      default ->
          Databases.run(
              application,
              "BEGIN",
              "INSERT INTO t(v) VALUES (zeroblob(30000))",
              "DELETE FROM t WHERE id = (SELECT max(id) FROM t)",
              "COMMIT");
    }
  }
}
