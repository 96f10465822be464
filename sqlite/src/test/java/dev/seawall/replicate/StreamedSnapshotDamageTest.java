// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.archive.LinkLayout;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.s3.S3ObjectStore;
import dev.seawall.s3.S3Options;
import dev.seawall.s3.S3ProxyServer;
import dev.seawall.sqlite.internal.Databases;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A snapshot that was streamed to S3 in several parts has no SHA-256 in its metadata (ADR 0024):
/// its own checksums must notice whatever happens to it (I-11).
final class StreamedSnapshotDamageTest {
  @TempDir private Path folder;

  @Test
  void aFlippedBitIsNoticedWhereverItIs() throws Exception {
    S3ProxyServer server = S3ProxyServer.get();
    String bucket = server.newBucket();
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    try (S3ObjectStore store =
        S3ObjectStore.open(server.options(bucket).withPartBytes(S3Options.MIN_PART_BYTES))) {
      ObjectInfo snapshot = streamed(machine, store);
      assertThat(snapshot.bytes()).isGreaterThan(S3Options.MIN_PART_BYTES);
      assertThat(snapshot.sha256()).as("known only when all was sent").isNull();
      RestoreOptions unchecked = RestoreOptions.defaults().withCheck(IntegrityCheck.NONE);
      Restore.from(machine, store, "db", unchecked).to(folder.resolve("sound.db"));
      Path file = server.files(bucket).resolve(snapshot.key().text());
      long bytes = snapshot.bytes();
      // Header, first page, both sides of the parts' border, pages, page index, its length,
      // trailer.
      long border = S3Options.MIN_PART_BYTES;
      for (long at :
          new long[] {
            0,
            5,
            30,
            85,
            101,
            120,
            2000,
            border - 1,
            border,
            bytes / 2,
            bytes - 60,
            bytes - 20,
            bytes - 12,
            bytes - 1
          }) {
        flip(file, at);
        assertThatThrownBy(() ->
                Restore.from(machine, store, "db", unchecked).to(folder.resolve("damaged.db")))
            .as("bit at %s of %s", at, bytes)
            .isInstanceOfSatisfying(
                RestoreException.class,
                e -> assertThat(e.reason()).isEqualTo(RestoreException.Reason.DAMAGED));
        assertThat(folder.resolve("damaged.db")).doesNotExist();
        flip(file, at);
      }
      Restore.from(machine, store, "db", unchecked).to(folder.resolve("again.db"));
    } finally {
      machine.scheduler().close();
    }
  }

  /// Ships a database, takes a snapshot of it and leaves nothing else to restore from.
  private ObjectInfo streamed(Machine machine, S3ObjectStore store) throws Exception {
    Path database = folder.resolve("app.db");
    LinkLayout layout = LinkLayout.onS3("db", ".ltx");
    try (Connection application = Databases.create(database, 4096);
        Shipper shipper = Shipper.open(machine, store)) {
      Databases.run(application, "BEGIN");
      Databases.insert(application, 1500, 4000);
      Databases.run(application, "COMMIT");
      try (Replicator replicator =
          shipper.replicate(database, layout, Watched.quick(), ReplicatorListener.NONE)) {
        assertThat(replicator.drain(TimeUnit.MINUTES.toNanos(1))).isTrue();
        replicator.snapshot();
        assertThat(replicator.awaitSnapshot(1, TimeUnit.MINUTES.toNanos(1))).isTrue();
      }
    }
    store.delete(store.list("db/0000/", null, 10).stream().map(ObjectInfo::key).toList());
    ObjectInfo listed = store.list("db/0009/", null, 10).getFirst();
    ObjectInfo found = store.head(listed.key());
    assertThat(found).isNotNull();
    return found;
  }

  private static void flip(Path file, long at) throws Exception {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
      channel.write(one, at);
    }
  }
}
