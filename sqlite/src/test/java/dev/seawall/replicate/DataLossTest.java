// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.archive.LeaseOptions;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.sqlite.internal.Databases;
import dev.seawall.sqlite.internal.JdbcSqliteSource;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import dev.seawall.testkit.SimOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What lost the data of Litestream's users, done to a real database that is replicated.
/// `sqlite/mutants/README.md` has the whole list, each protection, and the test that misses it.
final class DataLossTest {
  @TempDir private Path folder;

  private static void begin(Watched watched, Connection application) throws Exception {
    Databases.insert(application, 5, 900);
    watched.start(Watched.quick());
    watched.drain();
  }

  /// Litestream #1292: commits that land between a sync and a TRUNCATE.
  @Test
  void aWriterAtFullSpeedDuringTruncationsLosesNothing() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      watched.start(Watched.quick().withMinCheckpointPages(5).withTruncatePages(1));
      AtomicBoolean over = new AtomicBoolean();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  while (!over.get()) {
                    Databases.insert(application, 1, 2000);
                  }
                } catch (Exception e) {
                  watched.told.add("writer " + e);
                }
              });
      watched.await(
          () -> watched.told.stream().filter("checkpointed TRUNCATE"::equals).count() >= 3);
      over.set(true);
      writer.join();
      watched.drain();
      watched.assertSame();
      assertThat(watched.told).contains("checkpointed TRUNCATE");
      assertThat(watched.told).noneMatch(line -> line.startsWith("writer"));
    }
  }

  /// Litestream #881: pages past the end of a database that shrank.
  @Test
  void aShrunkDatabaseIsRestoredShort() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.open(watched.database)) {
      Databases.run(
          application,
          "PRAGMA auto_vacuum = FULL",
          "PRAGMA journal_mode = wal",
          "CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
      Databases.insert(application, 60, 3000);
      // The WAL that the first snapshot reads has pages past the end, too.
      Databases.insert(application, 60, 3000);
      Databases.run(application, "DELETE FROM t WHERE id > 60");
      begin(watched, application);
      long large = watched.restored(RestoreTarget.latest()).length;
      Databases.run(application, "DELETE FROM t WHERE id > 3");
      watched.drain();
      watched.assertSame();
      assertThat(watched.restored(RestoreTarget.latest()).length).isLessThan((int) large / 2);
      Databases.insert(application, 20, 3000);
      Databases.run(application, "VACUUM");
      watched.drain();
      watched.assertSame();
    }
  }

  /// Litestream #1166, #1164, #1220: a snapshot that raced commits.
  @Test
  void aSnapshotUnderLoadIsExactlyOneRestorePoint() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      Databases.insert(application, 300, 3000);
      watched.start(Watched.quick().withMinCheckpointPages(20));
      watched.drain();
      Gate gate = new Gate();
      watched.store.beforeStage = gate;
      byte[] before = watched.restored(RestoreTarget.latest());
      long txid = watched.replicator.status().txid();
      watched.replicator.snapshot();
      gate.awaitArrival();
      watched.told.clear();
      // While it waits, everything changes, somebody checkpoints, and increments go on.
      Databases.run(application, "UPDATE t SET v = randomblob(3000)");
      Databases.run(application, "PRAGMA wal_checkpoint(FULL)");
      Databases.insert(application, 50, 3000);
      watched.drain();
      assertThat(watched.told).as("the pin stays").noneMatch(line -> line.startsWith("check"));
      gate.open();
      assertThat(watched.replicator.awaitSnapshot(txid, TimeUnit.SECONDS.toNanos(30))).isTrue();
      for (ObjectInfo object : watched.store.list("app.db/ltx/0/", null, 100)) {
        if (object.key().text().compareTo("app.db/ltx/0/%016x".formatted(txid + 1)) < 0) {
          watched.store.delete(List.of(object.key()));
        }
      }
      assertThat(watched.restored(RestoreTarget.txid(txid))).isEqualTo(before);
      watched.assertSame();
    }
  }

  /// the WAL has grown too far under the stream; the rest goes to the local disk, the pin is
  /// free, and the snapshot is what it was to be.
  @Test
  void aSnapshotThatHoldsTheWalForTooLongIsBroughtToTheLocalDisk() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      Databases.insert(application, 400, 3000);
      watched.start(Watched.quick().withSnapshotMaxWalBytes(100_000).withMinCheckpointPages(20));
      watched.drain();
      Gate gate = new Gate();
      watched.store.beforeStage = gate;
      byte[] before = watched.restored(RestoreTarget.latest());
      long txid = watched.replicator.status().txid();
      watched.replicator.snapshot();
      // What is written before it has begun would be in it.
      gate.awaitArrival();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      watched.told.clear();
      // No checkpoint can run before the pin is free.
      while (!watched.told.contains("checkpointed PASSIVE") && System.nanoTime() < end) {
        Databases.insert(application, 10, 3000);
        watched.drain();
      }
      assertThat(watched.told).contains("checkpointed PASSIVE");
      gate.open();
      assertThat(watched.replicator.awaitSnapshot(txid, TimeUnit.SECONDS.toNanos(30)))
          .as("%s %s", watched.replicator.status(), watched.told)
          .isTrue();
      long at = watched.replicator.status().snapshotTxid();
      assertThat(at).isEqualTo(txid);
      assertThat(watched.restored(RestoreTarget.txid(txid))).isEqualTo(before);
      watched.assertSame();
      assertThat(Files.exists(folder.resolve(".app.db-seawall/snapshot.rest.tmp"))).isFalse();
    }
  }

  /// Litestream #781, #783: what came after a restore was not seen.
  @Test
  void aRestoredDatabaseGoesOnInTheSameReplica() throws Exception {
    Path replica = folder.resolve("replica");
    Path second = Files.createDirectories(folder.resolve("second"));
    try (Watched watched = new Watched(folder, replica);
        Connection application = Databases.create(watched.database, 4096)) {
      begin(watched, application);
      Databases.insert(application, 5, 900);
      watched.drain();
    }
    try (Watched watched = new Watched(second, replica)) {
      Path output = watched.database;
      Restore.from(watched.machine, watched.store, "app.db", RestoreOptions.defaults()).to(output);
      try (Connection application = Databases.open(output)) {
        Databases.run(application, "PRAGMA journal_mode = wal");
        Databases.insert(application, 3, 900);
        watched.start(Watched.quick());
        watched.drain();
        Databases.insert(application, 3, 900);
        watched.drain();
        watched.assertSame();
        assertThat(watched.told).anyMatch(line -> line.endsWith("TAKEN_OVER"));
      }
    }
  }

  /// Litestream #955, #959, #963: local state that is lost or damaged.
  @Test
  void aLostOrDamagedSpoolIsNoLoss() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      begin(watched, application);
      watched.replicator.close();
      Path spool = folder.resolve(".app.db-seawall");
      Files.write(spool.resolve("position"), new byte[128]);
      try (var files = Files.list(spool)) {
        for (Path link : files.filter(file -> file.toString().endsWith(".link")).toList()) {
          Files.delete(link);
        }
      }
      Databases.insert(application, 3, 900);
      watched.start(Watched.quick());
      watched.drain();
      watched.assertSame();
      assertThat(watched.told).anyMatch(line -> line.endsWith("TAKEN_OVER"));
      watched.told.clear();
      watched.replicator.close();
      Files.move(spool, folder.resolve("gone"), StandardCopyOption.ATOMIC_MOVE);
      Databases.insert(application, 3, 900);
      watched.start(Watched.quick().withLease(LeaseOptions.of("x").withTtlMillis(1000)));
      watched.drain();
      watched.assertSame();
      assertThat(watched.told).anyMatch(line -> line.endsWith("TAKEN_OVER"));
    }
  }

  /// Litestream #896, #927, #994, #997, #1165: 61 GB in two days from an idle database. A real
  /// database; the rest of the world is simulated, so that days pass.
  @Test
  void anIdleDatabaseCausesNoRequest() throws Exception {
    SimMachine sim = new SimMachine(Seed.of(1), SimOptions.defaults().withStepLimit(50_000_000L));
    CountedStore store = new CountedStore(new SimObjectStore(sim).client(sim));
    Machine real = SystemMachine.open(Backend.CHANNEL);
    Path database = folder.resolve("app.db");
    ReplicatorOptions options =
        ReplicatorOptions.defaults()
            .withLease(LeaseOptions.of("idle").withRestWhenIdle(true))
            .withPollMillis(1000);
    try (Connection application = Databases.create(database, 4096)) {
      Databases.insert(application, 5, 900);
      Shipper shipper = Shipper.open(sim.machine(), store);
      Replicator replicator =
          shipper.replicate(
              () -> JdbcSqliteSource.open(real.files(), database, 1000),
              Path.of("/spool"),
              Watched.LAYOUT,
              options,
              ReplicatorListener.NONE);
      long limit = TimeUnit.MINUTES.toNanos(1);
      assertThat(replicator.drain(limit)).isTrue();
      // Levels, a snapshot, what retention removes, a last renewal.
      sim.scheduler().runFor(TimeUnit.HOURS.toNanos(6));
      long calls = store.calls.get();
      sim.scheduler().runFor(TimeUnit.HOURS.toNanos(48));
      assertThat(store.calls.get()).as("calls to the store in two days").isEqualTo(calls);
      assertThat(replicator.status().txid()).isEqualTo(1);
      Databases.insert(application, 1, 900);
      assertThat(replicator.drain(limit)).isTrue();
      assertThat(replicator.status().shippedTxid()).isEqualTo(2);
      assertThat(store.calls.get()).isGreaterThan(calls);
      replicator.close();
      shipper.close();
    } finally {
      real.scheduler().close();
    }
  }

  /// Litestream #900: a WAL that is empty behind a checkpoint.
  @Test
  void anEmptyWalIsFollowed() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      Databases.insert(application, 5, 900);
      Databases.run(application, "PRAGMA wal_checkpoint(TRUNCATE)");
      watched.start(Watched.quick());
      watched.drain();
      watched.assertSame();
      Databases.insert(application, 2, 900);
      watched.drain();
      watched.assertSame();
      assertThat(watched.told).containsExactly("snapshot 1 FIRST");
    }
  }

  /// Litestream #224, #422, #1119: two writers of one replica.
  @Test
  void aSecondReplicatorWaitsAndIsToldWhoHoldsTheReplica() throws Exception {
    Path replica = folder.resolve("replica");
    Path other = Files.createDirectories(folder.resolve("other"));
    try (Watched one = new Watched(folder, replica);
        Connection first = Databases.create(one.database, 4096);
        Watched two = new Watched(other, replica);
        Connection second = Databases.create(two.database, 4096)) {
      Databases.insert(first, 3, 900);
      Databases.insert(second, 3, 900);
      one.start(Watched.quick().withLease(LeaseOptions.of("the first")));
      one.drain();
      two.start(Watched.quick().withLease(LeaseOptions.of("the second")));
      two.await(() -> !two.told.isEmpty());
      assertThat(two.told).singleElement().asString().startsWith("waiting the first seawall-");
      assertThat(two.replicator.status().state()).isEqualTo(ReplicatorStatus.State.STARTING);
      Databases.insert(first, 3, 900);
      one.drain();
      one.assertSame();
    }
  }

  /// Litestream #724, #218: a reader that stays, and writers blocked by a checkpoint.
  @Test
  void aReaderThatStaysBlocksNobody() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096);
        Connection reader = Databases.open(watched.database)) {
      Databases.insert(application, 5, 900);
      Databases.run(reader, "BEGIN");
      Databases.row(reader, "SELECT count(*) FROM t");
      watched.start(
          Watched.quick()
              .withMinCheckpointPages(5)
              .withTruncatePages(1)
              .withCheckpointIntervalMillis(10));
      Databases.run(application, "PRAGMA busy_timeout = 1000");
      for (int i = 0; i < 30; i++) {
        Databases.insert(application, 5, 3000);
        watched.drain();
      }
      watched.assertSame();
      Databases.run(reader, "COMMIT");
      assertThat(watched.told).noneMatch(line -> line.startsWith("unavailable"));
      assertThat(watched.told)
          .as("what waits for the reader keeps writers waiting")
          .contains("checkpointed PASSIVE in part")
          .noneMatch(line -> line.endsWith("busy"));
    }
  }

  /// Litestream #1432: SQLite before 3.51.3.
  @Test
  void anApplicationWithAnOldSqliteIsToldOf() throws Exception {
    assumeTrue(Databases.hasShell(), "skipped: no sqlite3 shell, which is the old SQLite here");
    try (Watched watched = new Watched(folder)) {
      Databases.shell(
          watched.database,
          "PRAGMA journal_mode = wal; CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
      String version =
          Databases.shell(watched.database, "SELECT sqlite_version()")
              .lines()
              .findFirst()
              .orElseThrow();
      assumeTrue(version.compareTo("3.51.3") < 0, "skipped: the shell's SQLite is new");
      watched.start(Watched.quick());
      watched.drain();
      assertThat(watched.told).contains("old " + version);
    }
  }

  /// What SQLite cannot open is waited for: no WAL mode, no file.
  @Test
  void aDatabaseThatIsNotThereYetIsWaitedFor() throws Exception {
    try (Watched watched = new Watched(folder)) {
      watched.start(Watched.quick());
      watched.await(() -> !watched.told.isEmpty());
      assertThat(watched.told).singleElement().asString().startsWith("unavailable");
      try (Connection application = Databases.create(watched.database, 4096)) {
        Databases.insert(application, 3, 900);
        watched.drain();
        watched.assertSame();
      }
      assertThat(watched.told).contains("available", "snapshot 1 FIRST");
    }
  }
}
