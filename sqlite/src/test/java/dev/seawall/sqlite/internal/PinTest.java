// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pin: without a write, without a table, and not dropped by anything we do.
final class PinTest {
  @TempDir private Path folder;

  @BeforeEach
  void anotherProcessIsThere() {
    assumeTrue(Databases.hasShell(), "skipped: no sqlite3 shell, which is the other process here");
  }

  interface Verb {
    void run() throws Exception;
  }

  /// Another process tries TRUNCATE after each verb of ours. Closing any descriptor of the database
  /// or of its `-shm` in this process would drop the lock that stops it.
  @Test
  void pinSurvivesEveryVerb() throws Exception {
    try (Followed followed = new Followed(folder, 4096)) {
      Databases.insert(followed.application, 5, 500);
      followed.begin();
      Map<String, Verb> verbs = new LinkedHashMap<>();
      verbs.put("nothing", () -> {});
      verbs.put("look", () -> followed.capture.look());
      verbs.put("capture", followed::catchUp);
      verbs.put("snapshot", followed::snapshot);
      verbs.put("index", () -> assertThat(followed.source.index()).isNotNull());
      verbs.put("isSameDatabase", () -> assertThat(followed.source.isSameDatabase()).isTrue());
      verbs.put("journalMode", () -> followed.source.journalMode());
      verbs.put("openWal", () -> followed.source.openWal().close());
      verbs.put(
          "openDatabase", () -> DatabaseFiles.of(followed.machine.files()).open(followed.database));
      verbs.put(
          "openIndex",
          () -> DatabaseFiles.of(followed.machine.files()).open(Databases.shm(followed.database)));
      verbs.put(
          "lockAndUnlock",
          () -> {
            assertThat(followed.source.lockWrites()).isTrue();
            followed.source.unlockWrites();
          });
      verbs.put("checkpointAhead", () -> assertThat(followed.checkpointAhead(() -> {})).isTrue());
      verbs.put(
          "asecondSource",
          () -> {
            try (SqliteSource second =
                JdbcSqliteSource.open(followed.machine.files(), followed.database, 1000)) {
              second.pin();
              second.unpin();
            }
          });
      for (Map.Entry<String, Verb> verb : verbs.entrySet()) {
        Databases.insert(followed.application, 1, 500);
        verb.getValue().run();
        assertThat(followed.othersCanTruncate()).as("after " + verb.getKey()).isFalse();
        followed.catchUp();
        followed.assertSame();
      }
      // The control: without the pin the other process takes the WAL away.
      followed.source.unpin();
      assertThat(followed.othersCanTruncate()).isTrue();
    }
  }

  /// A checkpoint beside writers: they commit while it captures – the write lock is free –, others
  /// try to take the WAL away right behind it, and every commit is seen.
  @Test
  void passedPinLosesNothing() throws Exception {
    try (Followed followed = new Followed(folder, 4096)) {
      followed.begin();
      for (int round = 0; round < 12; round++) {
        Databases.insert(followed.application, 5, 500);
        assertThat(followed.checkpointAhead(() -> Databases.insert(followed.application, 1, 500)))
            .isTrue();
        assertThat(followed.source.index().backfilled()).isPositive();
        assertThat(followed.othersCanTruncate()).as("round " + round).isFalse();
        Databases.insert(followed.application, 1, 500);
        assertThat(followed.othersCanTruncate()).as("round " + round).isFalse();
        if (round % 4 == 3) {
          assertThat(followed.checkpoint().isComplete()).isTrue();
          Databases.insert(followed.application, 1, 500);
        }
        followed.catchUp();
        followed.assertSame();
      }
    }
  }

  /// The pin at the end of a wholly checkpointed WAL stands on read mark 0: one restart follows,
  /// which loses nothing, and no second one.
  @Test
  void restartOnceOnMarkZero() throws Exception {
    try (Followed followed = new Followed(folder, 4096)) {
      Databases.insert(followed.application, 20, 500);
      followed.begin();
      assertThat(followed.checkpoint().isComplete()).isTrue();
      SqliteWalHeader before = header(followed);

      Databases.shell(followed.database, "INSERT INTO t(v) VALUES ('restarts the WAL')");
      SqliteWalHeader after = header(followed);
      assertThat(after.salt1()).isEqualTo(before.salt1() + 1);
      for (int i = 0; i < 5; i++) {
        for (String mode : List.of("PASSIVE", "FULL", "RESTART", "TRUNCATE")) {
          Databases.process(
              "sqlite3", followed.database.toString(), "PRAGMA wal_checkpoint(" + mode + ")");
        }
        Databases.shell(followed.database, "INSERT INTO t(v) VALUES (randomblob(900))");
        assertThat(header(followed)).as("no second restart").isEqualTo(after);
      }
      followed.catchUp();
      assertThat(followed.transactions).isEqualTo(6);
      followed.assertSame();

      // Without the pin there can be a second one, which is never taken for the first.
      followed.source.unpin();
      Databases.shell(followed.database, "PRAGMA wal_checkpoint(RESTART)");
      Databases.shell(followed.database, "INSERT INTO t(v) VALUES ('restarts it again')");
      assertThat(header(followed).salt1()).isEqualTo(after.salt1() + 1);
      assertThat(followed.capture.look()).isEqualTo(new WalCapture.Look.Lost(Loss.WAL_RESTARTED));
    }
  }

  /// The one restart can also be a truncation, by whoever checkpoints; several in a row, too.
  @Test
  void truncationOnMarkZeroLosesNothing() throws Exception {
    try (Followed followed = new Followed(folder, 4096)) {
      Databases.insert(followed.application, 20, 500);
      followed.begin();
      assertThat(followed.checkpoint().isComplete()).isTrue();
      SqliteWalHeader before = header(followed);
      for (int i = 0; i < 3; i++) {
        assertThat(followed.othersCanTruncate()).isTrue();
        assertThat(Files.size(Databases.wal(followed.database))).isZero();
        assertThat(followed.capture.look()).isInstanceOf(WalCapture.Look.Quiet.class);
      }
      Databases.insert(followed.application, 3, 700);
      // The writer of an emptied WAL draws its salts anew, where one of a full WAL adds one.
      assertThat(header(followed).salt1()).isNotEqualTo(before.salt1());
      followed.catchUp();
      assertThat(followed.transactions).isEqualTo(3);
      followed.assertSame();
      assertThat(followed.othersCanTruncate()).isFalse();
    }
  }

  @Test
  void theUsersSchemaIsNotTouched() throws Exception {
    try (Followed followed = new Followed(folder, 4096)) {
      Databases.insert(followed.application, 5, 500);
      String before =
          Databases.text(followed.application, "SELECT group_concat(name) FROM sqlite_schema");
      long frames = followed.source.index() == null ? -1 : followed.source.index().mxFrame();
      followed.begin();
      followed.checkpoint();
      followed.catchUp();
      assertThat(followed.source.index().mxFrame()).as("not one frame of ours").isEqualTo(frames);
      assertThat(
              Databases.text(followed.application, "SELECT group_concat(name) FROM sqlite_schema"))
          .isEqualTo(before);
    }
  }

  /// While the last rest is captured, writers wait: that must be short.
  @Test
  void theWriteLockIsHeldForAnInstant() throws Exception {
    try (Followed followed = new Followed(folder, 4096)) {
      followed.begin();
      List<Long> micros = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        Databases.insert(followed.application, 5, 500);
        followed.catchUp();
        long from = System.nanoTime();
        assertThat(followed.checkpoint()).isNotNull();
        micros.add((System.nanoTime() - from) / 1000);
      }
      micros.sort(null);
      System.out.println(
          "checkpoint with write lock, µs: p50 " + micros.get(20) + ", max " + micros.getLast());
      assertThat(micros.get(20)).as("median, µs").isLessThan(20_000);
    }
  }

  @Test
  void aDatabaseIsOpenedOnceAndNeverClosed() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
    try (Followed followed = new Followed(folder, 4096)) {
      followed.begin();
      DatabaseFiles door = DatabaseFiles.of(followed.machine.files());
      Path link = Files.createSymbolicLink(folder.resolve("link.db"), followed.database);
      long before = descriptors(followed.database);
      DatabaseFiles.Opened one = door.open(followed.database);
      assertThat(door.open(link)).isSameAs(one);
      assertThat(DatabaseFiles.of(followed.machine.files()).open(followed.database)).isSameAs(one);
      assertThat(descriptors(followed.database)).isEqualTo(before);
      assertThat(door.isAt(link, one)).isTrue();
      assertThat(door.open(folder.resolve("missing"))).isNull();
      Path other = Files.write(folder.resolve("other.db"), new byte[100]);
      Files.move(other, followed.database, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThat(door.isAt(followed.database, one)).isFalse();
      assertThat(door.open(followed.database)).isNotSameAs(one);
      assertThat(followed.capture.look())
          .isEqualTo(new WalCapture.Look.Lost(Loss.DATABASE_REPLACED));
    }
  }

  private static long descriptors(Path file) throws Exception {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(fd -> leadsTo(fd, file)).count();
    }
  }

  private static boolean leadsTo(Path fd, Path file) {
    try {
      return Files.readSymbolicLink(fd).equals(file.toRealPath());
    } catch (java.io.IOException _) {
      return false;
    }
  }

  private static SqliteWalHeader header(Followed followed) throws Exception {
    try (SqliteWalReader reader = new SqliteWalReader();
        var wal = followed.source.openWal()) {
      return reader.header(wal::read);
    }
  }
}
