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
import dev.seawall.s3.S3ObjectStore;
import dev.seawall.s3.S3Options;
import dev.seawall.s3.S3ProxyServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// A process that replicates one database into a store that fails, until it is killed or, told to,
/// has shipped everything. What is in the replica it says on standard output: `shipped N`.
final class ChaosWatcher {
  private ChaosWatcher() {}

  /// Replicates.
  ///
  /// @param args database; directory of the store, or the address of a bucket behind something that
  ///   fails by itself; seed; and `drain` to end when all is shipped
  public static void main(String[] args) throws Exception {
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    boolean drain = args.length > 3;
    boolean isBucket = args[1].startsWith("http:");
    ObjectStore store =
        isBucket
            ? bucket(URI.create(args[1]))
            : new FaultyStore(
                DirectoryObjectStore.open(machine, Path.of(args[1])),
                new Random(Long.parseLong(args[2])));
    LinkLayout layout =
        isBucket ? LinkLayout.onS3("app.db", ".ltx") : LinkLayout.inFiles("app.db", ".ltx");
    RetryPolicy retry = RetryPolicy.defaults().withBaseMillis(1).withMaxDelayMillis(50);
    CircuitBreaker breaker = new CircuitBreaker(machine.time(), 20, 100);
    Shipper shipper = Shipper.open(machine, store, new Retrier(machine, retry, breaker), 4);
    ReplicatorOptions options =
        ReplicatorOptions.defaults()
            .withSyncIntervalMillis(isBucket ? 200 : 30)
            .withPollMillis(5)
            .withMinCheckpointPages(50)
            .withTruncatePages(100)
            .withSnapshotIntervalMillis(2000)
            .withLevels(List.of(Duration.ofMillis(500), Duration.ofSeconds(2)));
    Replicator replicator = shipper.replicate(Path.of(args[0]), layout, options, new Told());
    if (drain) {
      boolean shipped = replicator.drain(TimeUnit.MINUTES.toNanos(9));
      System.out.println((shipped ? "drained " : "not drained ") + replicator.status());
      replicator.close();
      Runtime.getRuntime().halt(shipped ? 0 : 1);
    }
    Thread.sleep(TimeUnit.HOURS.toMillis(1));
  }

  /// Opens the bucket that is the path of an address.
  static ObjectStore bucket(URI address) throws IOException {
    return S3ObjectStore.open(
        S3Options.of(address.getPath().substring(1))
            .withEndpoint(address.resolve("/"))
            .withRegion("us-east-1")
            .withCredentials(S3ProxyServer.IDENTITY, S3ProxyServer.CREDENTIAL, null)
            .withTimeoutMillis(3000)
            .withPartBytes(S3Options.MIN_PART_BYTES));
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
