// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.CircuitBreaker;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.Retrier;
import dev.seawall.archive.RetryPolicy;
import dev.seawall.archive.store.DirectoryObjectStore;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.io.objects.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// A process that replicates one database over a store that fails, until it is killed or, told to,
/// has shipped everything. What is in the replica it says on standard output: `shipped N`.
final class ChaosWatcher {
  private ChaosWatcher() {}

  /// Replicates.
  ///
  /// @param args database, directory of the store, seed, and `drain` to end when all is shipped
  public static void main(String[] args) throws Exception {
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    boolean drain = args.length > 3;
    ObjectStore directory = DirectoryObjectStore.open(machine, Path.of(args[1]));
    ObjectStore store = new FaultyStore(directory, new Random(Long.parseLong(args[2])));
    RetryPolicy retry = RetryPolicy.defaults().withBaseMillis(1).withMaxDelayMillis(50);
    CircuitBreaker breaker = new CircuitBreaker(machine.time(), 20, 100);
    Shipper shipper = Shipper.open(machine, store, new Retrier(machine, retry, breaker), 4);
    ReplicatorOptions options =
        ReplicatorOptions.defaults()
            .withSyncIntervalMillis(30)
            .withPollMillis(5)
            .withMinCheckpointPages(50)
            .withTruncatePages(100)
            .withSnapshotIntervalMillis(2000)
            .withLevels(List.of(Duration.ofMillis(500), Duration.ofSeconds(2)));
    Replicator replicator =
        shipper.replicate(
            Path.of(args[0]), LinkLayout.inFiles("app.db", ".ltx"), options, new Told());
    if (drain) {
      boolean shipped = replicator.drain(TimeUnit.SECONDS.toNanos(60));
      System.out.println((shipped ? "drained " : "not drained ") + replicator.status());
      replicator.close();
      Runtime.getRuntime().halt(shipped ? 0 : 1);
    }
    Thread.sleep(TimeUnit.HOURS.toMillis(1));
  }

  private static final class Told implements ReplicatorListener {
    @Override
    public void shipped(long txid, long bytes, long seenMillis) {
      System.out.println("shipped " + txid);
      System.out.flush();
    }

    @Override
    public void snapshot(long txid, SnapshotReason reason, long pages, long bytes) {
      System.out.println("snapshot " + txid + " " + reason);
    }

    @Override
    public void stopped(IOException reason) {
      System.out.println("stopped " + reason);
    }
  }
}
