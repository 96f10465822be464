// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.archive.OtherReplicaException;
import dev.seawall.sqlite.internal.Databases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A real database, replicated and restored.
final class ReplicatorTest {
  @TempDir private Path folder;

  private static void begin(Watched watched, Connection application) throws Exception {
    Databases.insert(application, 5, 900);
    watched.start(Watched.quick());
    watched.drain();
  }

  @Test
  void everyCommitReachesTheReplica() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      begin(watched, application);
      watched.assertSame();
      for (int i = 0; i < 5; i++) {
        Databases.insert(application, 3, 3000);
        watched.drain();
        watched.assertSame();
      }
      Databases.run(application, "DELETE FROM t", "VACUUM");
      watched.drain();
      watched.assertSame();
      assertThat(watched.told).containsExactly("snapshot 1 FIRST");
    }
  }

  @Test
  void aRestartGoesOnWhereItWasLeft() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      begin(watched, application);
      watched.replicator.close();
      begin(watched, application);
      watched.assertSame();
      assertThat(watched.told).containsExactly("snapshot 1 FIRST");
    }
  }

  @Test
  void aCheckpointWhileNobodyFollowsIsToldAndAnsweredByASnapshot() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      begin(watched, application);
      watched.replicator.close();
      Databases.insert(application, 5, 900);
      Databases.run(application, "PRAGMA wal_checkpoint(TRUNCATE)");
      begin(watched, application);
      watched.assertSame();
      assertThat(watched.told).containsExactly("snapshot 1 FIRST", "lost AWAY", "snapshot 2 AWAY");
    }
  }

  @Test
  void theWalStaysShort() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      watched.start(Watched.quick().withMinCheckpointPages(20).withTruncatePages(100));
      for (int i = 0; i < 40; i++) {
        Databases.insert(application, 10, 3000);
        watched.drain();
      }
      watched.assertSame();
      assertThat(Files.size(Databases.wal(watched.database))).isLessThan(4120L * 150);
      assertThat(watched.told).contains("checkpointed PASSIVE");
      assertThat(watched.told.stream().filter(line -> line.startsWith("lost"))).isEmpty();
    }
  }

  /// A store that cannot be reached is told while it is tried, not when that is given up.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void joiningAnUnreachableStoreIsToldAndSeen(boolean leased) throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      Databases.insert(application, 5, 900);
      watched.store.unreachable = true;
      ReplicatorOptions options = Watched.quick();
      watched.start(leased ? options : options.withoutLease());
      watched.await("failed 8"::equals);
      ReplicatorStatus status = watched.replicator.status();
      assertThat(status.state()).isEqualTo(ReplicatorStatus.State.STARTING);
      assertThat(status.failuresInARow()).isGreaterThanOrEqualTo(8);
      assertThat(status.problem()).hasMessageContaining("unreachable");
      watched.store.unreachable = false;
      watched.drain();
      watched.assertSame();
      assertThat(watched.told).contains("snapshot 1 FIRST").doesNotContain("available");
      assertThat(watched.replicator.status().problem()).isNull();
      assertThat(watched.replicator.status().failuresInARow()).isZero();
    }
  }

  @Test
  void aSpoolThatServedAnotherReplicaBeginsAnew() throws Exception {
    try (Watched one = new Watched(folder);
        Connection application = Databases.create(one.database, 4096)) {
      Databases.insert(application, 5, 900);
      one.start(Watched.quick());
      one.drain();
      one.replicator.close();
      Databases.insert(application, 2, 900);
      try (Watched two = new Watched(folder, folder.resolve("other"))) {
        two.start(Watched.quick());
        two.drain();
        two.assertSame();
        assertThat(two.told).containsExactly("snapshot 1 FIRST");
        two.store.unreachable = true;
        Databases.insert(application, 2, 900);
        two.await(() -> two.replicator.status().pendingLinks() > 0);
      }
      assertThatThrownBy(() -> one.start(Watched.quick()))
          .isInstanceOf(OtherReplicaException.class)
          .hasMessageContaining("other");
      try (Watched two = new Watched(folder, folder.resolve("other"))) {
        two.start(Watched.quick());
        two.drain();
        two.assertSame();
      }
      one.start(Watched.quick());
      one.drain();
      one.assertSame();
      assertThat(one.told).anyMatch(line -> line.endsWith("TAKEN_OVER"));
    }
  }
}
