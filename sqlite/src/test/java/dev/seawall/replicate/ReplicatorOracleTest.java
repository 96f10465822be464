// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.sqlite.internal.Databases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real Litestream 0.5.17 restores what the replicator wrote of a live database, byte for byte.
final class ReplicatorOracleTest {
  @TempDir private Path folder;

  private void assertRestores(Watched watched, Path replica, byte[] expected) throws Exception {
    Oracle.Answer answer =
        Oracle.orSkip()
            .restore(replica, folder.resolve("oracle-" + watched.told.size() + System.nanoTime()));
    assertThat(answer.restored()).as(answer.output()).isTrue();
    assertThat(Files.readAllBytes(answer.database())).isEqualTo(expected);
  }

  private byte[] now(Watched watched) throws Exception {
    return Databases.checkpointed(watched.database, folder.resolve("checked-" + System.nanoTime()));
  }

  /// Every page size; growth while a checkpoint runs; a shrink and VACUUM; the middle of the chain.
  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void itRestoresWhatWasReplicatedLive(int pageSize) throws Exception {
    Oracle.orSkip();
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, pageSize)) {
      watched.start(
          Watched.quick()
              .withMinCheckpointPages(3)
              .withLevels(List.of(Duration.ofMillis(200), Duration.ofMillis(700))));
      Databases.insert(application, 20, 900);
      watched.drain();
      long middle = watched.replicator.status().txid();
      byte[] then = now(watched);
      for (int i = 0; i < 10; i++) {
        Databases.run(
            application,
            "BEGIN",
            "INSERT INTO t(v) VALUES (zeroblob(" + pageSize * 3 + "))",
            "DELETE FROM t WHERE id % 7 = 3",
            "INSERT INTO t(v) VALUES (randomblob(" + pageSize * 2 + "))",
            "COMMIT");
        watched.drain();
      }
      Databases.run(application, "DELETE FROM t WHERE id > 9", "VACUUM");
      Databases.insert(application, 3, 900);
      watched.drain();
      watched.assertSame();
      assertRestores(watched, watched.root.resolve("app.db"), now(watched));

      Path cut = Files.createDirectories(folder.resolve("cut/ltx/0"));
      for (ObjectInfo object : watched.store.list("app.db/ltx/0/", null, 1000)) {
        String name = object.key().text().substring("app.db/ltx/0/".length());
        if (Long.parseLong(name.substring(17, 33), 16) <= middle) {
          Files.copy(
              watched.root.resolve(object.key().text()),
              cut.resolve(name),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
      assertRestores(watched, folder.resolve("cut"), then);
    }
  }

  /// With levels and a streamed snapshot, and level 0 gone below it.
  @Test
  void itRestoresFromASnapshotAndLevels() throws Exception {
    Oracle.orSkip();
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      Databases.insert(application, 100, 3000);
      watched.start(Watched.quick().withLevels(List.of(Duration.ofMillis(100))));
      watched.drain();
      Databases.insert(application, 10, 3000);
      watched.drain();
      long txid = watched.replicator.status().txid();
      watched.replicator.snapshot();
      assertThat(watched.replicator.awaitSnapshot(txid, TimeUnit.SECONDS.toNanos(30))).isTrue();
      Databases.insert(application, 10, 3000);
      watched.drain();
      for (ObjectInfo object : watched.store.list("app.db/ltx/0/", null, 1000)) {
        if (object.key().text().compareTo("app.db/ltx/0/%016x".formatted(txid)) < 0) {
          watched.store.delete(List.of(object.key()));
        }
      }
      watched.assertSame();
      assertRestores(watched, watched.root.resolve("app.db"), now(watched));
    }
  }

  /// More than 1 GiB, nearly all of it zeros: the lock page lies in the middle.
  @Test
  @Tag("night")
  void itRestoresADatabaseOfMoreThanOneGibibyte() throws Exception {
    Oracle.orSkip();
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 65536)) {
      for (int i = 0; i < 11; i++) {
        Databases.run(application, "INSERT INTO t(v) VALUES (zeroblob(100000000))");
        Databases.run(application, "PRAGMA wal_checkpoint(TRUNCATE)");
      }
      watched.start(Watched.quick());
      watched.drain();
      Databases.insert(application, 3, 5000);
      watched.drain();
      byte[] digest = digest(watched.database);
      Path output = folder.resolve("large.db");
      Restore.from(watched.machine, watched.store, "app.db", RestoreOptions.defaults()).to(output);
      assertThat(Files.size(output)).isGreaterThan(1L << 30);
      assertThat(digest(output)).isEqualTo(digest);
      Oracle.Answer answer =
          Oracle.orSkip().restore(watched.root.resolve("app.db"), folder.resolve("oracle"));
      assertThat(answer.restored()).as(answer.output()).isTrue();
      assertThat(digest(answer.database())).isEqualTo(digest);
    }
  }

  // Of all rows: the files of a live database may be checkpointed differently.
  private static byte[] digest(Path database) throws Exception {
    String rows =
        Databases.shell(
            database, "SELECT count(*), sum(length(v)), hex(substr(max(v), 1, 40)) FROM t");
    return rows.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}
