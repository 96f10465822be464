// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.sqlite.internal.Databases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A restore reads what the local queue still has, if it is proved to be the replica's.
final class LocalLinksTest {
  @TempDir private Path folder;

  private byte[] restored(Watched watched, Path spool) throws Exception {
    Path output = folder.resolve("local-" + System.nanoTime() + ".db");
    RestoreOptions options = RestoreOptions.defaults().withRetry(RestoreFixture.QUICK);
    Restore.from(watched.machine, watched.store, "app.db", options.withSpool(spool)).to(output);
    return Files.readAllBytes(output);
  }

  // The last byte of every file but the newest is flipped: whoever fetches it fails.
  private void damageAllButTheNewest(Watched watched) throws Exception {
    List<ObjectInfo> objects = watched.store.list("app.db/ltx/0/", null, 1000);
    for (ObjectInfo object : objects.subList(0, objects.size() - 1)) {
      Path file = watched.root.resolve(object.key().text());
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Files.write(file, bytes);
    }
  }

  @Test
  void linksThatAreHereAreNotFetched() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      watched.start(Watched.quick());
      for (int i = 0; i < 4; i++) {
        Databases.insert(application, 2, 900);
        watched.drain();
      }
      byte[] expected = restored(watched, null);
      damageAllButTheNewest(watched);
      Path spool = Watched.quick().spool(watched.database);
      assertThat(restored(watched, spool)).isEqualTo(expected);
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> restored(watched, null))
          .isInstanceOf(java.io.IOException.class);
    }
  }

  /// Another chain has the same numbers, and other content.
  @Test
  void linksOfAnotherChainAreNotTaken() throws Exception {
    Path other = Files.createDirectories(folder.resolve("other"));
    try (Watched one = new Watched(folder);
        Connection first = Databases.create(one.database, 4096);
        Watched two = new Watched(other);
        Connection second = Databases.create(two.database, 4096)) {
      one.start(Watched.quick());
      two.start(Watched.quick());
      for (int i = 0; i < 3; i++) {
        Databases.insert(first, 1, 500);
        one.drain();
        Databases.insert(second, 1, 500);
        two.drain();
      }
      byte[] expected = restored(one, null);
      assertThat(two.replicator.status().txid()).isGreaterThanOrEqualTo(3);
      assertThat(restored(one, Watched.quick().spool(two.database))).isEqualTo(expected);
      assertThat(one.store.head(ObjectKey.of("app.db/lock.json"))).isNotNull();
    }
  }
}
