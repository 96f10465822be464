// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.sqlite.internal.Databases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real database, replicated and restored.
final class ReplicatorTest {
  @TempDir private Path folder;

  @Test
  void everyCommitReachesTheReplica() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      Databases.insert(application, 5, 900);
      watched.start(Watched.quick());
      watched.drain();
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
      Databases.insert(application, 5, 900);
      watched.start(Watched.quick());
      watched.drain();
      watched.replicator.close();
      Databases.insert(application, 5, 900);
      watched.start(Watched.quick());
      watched.drain();
      watched.assertSame();
      assertThat(watched.told).containsExactly("snapshot 1 FIRST");
    }
  }

  @Test
  void aCheckpointWhileNobodyFollowsIsToldAndAnsweredByASnapshot() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      Databases.insert(application, 5, 900);
      watched.start(Watched.quick());
      watched.drain();
      watched.replicator.close();
      Databases.insert(application, 5, 900);
      Databases.run(application, "PRAGMA wal_checkpoint(TRUNCATE)");
      Databases.insert(application, 5, 900);
      watched.start(Watched.quick());
      watched.drain();
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
}
