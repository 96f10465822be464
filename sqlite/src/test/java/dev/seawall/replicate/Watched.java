// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.store.DirectoryObjectStore;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.sqlite.internal.Databases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A real database that is replicated into a directory, and what was told of it.
final class Watched implements AutoCloseable {
  static final LinkLayout LAYOUT = LinkLayout.inFiles("app.db", ".ltx");

  private static final AtomicInteger RESTORES = new AtomicInteger();

  final Path folder;
  final Path database;
  final Path root;
  final Machine machine = SystemMachine.open(Backend.CHANNEL);
  final CountedStore store;
  final Shipper shipper;
  final List<String> told = new CopyOnWriteArrayList<>();
  Replicator replicator;

  Watched(Path folder) throws IOException {
    this(folder, folder.resolve("replica"));
  }

  /// @param replica directory that several may share
  Watched(Path folder, Path replica) throws IOException {
    this.folder = folder;
    this.database = folder.resolve("app.db");
    this.root = Files.createDirectories(replica);
    this.store = new CountedStore(DirectoryObjectStore.open(machine, root));
    this.shipper = Shipper.open(machine, store);
  }

  static ReplicatorOptions quick() {
    return ReplicatorOptions.defaults()
        .withSyncIntervalMillis(20)
        .withPollMillis(5)
        .withSnapshotIntervalMillis(0)
        .withBusyMillis(1000);
  }

  Replicator start(ReplicatorOptions options) throws IOException {
    replicator = shipper.replicate(database, LAYOUT, options, new Told());
    return replicator;
  }

  void drain() throws InterruptedException {
    assertThat(replicator.drain(TimeUnit.SECONDS.toNanos(30)))
        .as("drained; %s; told %s", replicator.status(), told)
        .isTrue();
  }

  /// Waits for something to be told, which whoever waits cannot do without.
  void await(Predicate<String> what) throws InterruptedException {
    await(() -> told.stream().anyMatch(what));
  }

  /// Waits for something to become true.
  void await(BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start)
          .as("waited for too long; %s; told %s", replicator.status(), told)
          .isLessThan(TimeUnit.SECONDS.toNanos(30));
      Thread.sleep(5);
    }
  }

  byte[] restored(RestoreTarget target) throws IOException {
    Path output = folder.resolve("restored-" + RESTORES.incrementAndGet() + ".db");
    RestoreOptions options = RestoreOptions.defaults().withTarget(target);
    Restore.from(machine, store, "app.db", options).to(output);
    return Files.readAllBytes(output);
  }

  void assertSame() throws Exception {
    byte[] expected =
        Databases.checkpointed(database, folder.resolve("checked-" + RESTORES.incrementAndGet()));
    assertThat(restored(RestoreTarget.latest())).isEqualTo(expected);
  }

  private final class Told implements ReplicatorListener {
    @Override
    public void snapshot(long txid, SnapshotReason reason, long pages, long bytes) {
      told.add("snapshot " + txid + " " + reason);
    }

    @Override
    public void lost(SnapshotReason reason) {
      told.add("lost " + reason);
    }

    @Override
    public void checkpointed(
        CheckpointMode mode, boolean busy, long walFrames, long checkpointedFrames, long nanos) {
      String part = walFrames == checkpointedFrames ? "" : " in part";
      told.add("checkpointed " + mode + part + (busy ? " busy" : ""));
    }

    @Override
    public void failed(IOException failure, int failuresInARow) {
      told.add("failed " + failuresInARow);
    }

    @Override
    public void unavailable(IOException failure) {
      told.add("unavailable " + failure.getMessage());
    }

    @Override
    public void available() {
      told.add("available");
    }

    @Override
    public void waiting(String holder) {
      told.add("waiting " + holder);
    }

    @Override
    public void merged(int level, long first, long last, long bytes) {
      told.add("merged " + level + " " + first + ".." + last);
    }

    @Override
    public void walLarge(long bytes) {
      told.add("large");
    }

    @Override
    public void oldSqlite(String version) {
      told.add("old " + version);
    }

    @Override
    public void stopped(IOException reason) {
      told.add("stopped " + reason.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    if (replicator != null) {
      replicator.close();
    }
    shipper.close();
    store.close();
    machine.scheduler().close();
  }
}
