// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.replicate.Replicator;
import dev.seawall.replicate.ReplicatorOptions;
import dev.seawall.replicate.ReplicatorStatus;
import dev.seawall.replicate.ReplicatorStatus.State;
import dev.seawall.replicate.Shipper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Databases being replicated into one store, in this process. Confined to one thread, but for what
/// the listeners are told.
final class Replication implements AutoCloseable {
  /// One database.
  ///
  /// @param database its place and name
  /// @param replicator what replicates it
  /// @param events what is told of it
  record Watched(WatchedDatabase database, Replicator replicator, WatchEvents events) {}

  /// How it went at the end.
  ///
  /// @param unshipped databases with links that are not in the replica yet
  /// @param pendingBytes the length of those links
  /// @param problem of one of them; null when none is known
  record Drained(int unshipped, long pendingBytes, @Nullable IOException problem) {}

  private final Shipper shipper;
  private final List<Watched> watched = new ArrayList<>();

  private Replication(Shipper shipper) {
    this.shipper = shipper;
  }

  /// Starts; the home stays the caller's to close, after this.
  static Replication start(
      ReplicaHome home,
      ReplicatorFlags flags,
      StoreOptions storeOptions,
      List<WatchedDatabase> databases,
      Function<WatchedDatabase, ReplicatorOptions> options,
      Function<WatchedDatabase, WatchEvents> events)
      throws IOException {
    Shipper shipper =
        Shipper.open(
            home.machine(),
            home.store(),
            flags.retrier(home.machine(), storeOptions.retry()),
            ReplicatorFlags.calls());
    Replication replication = new Replication(shipper);
    boolean started = false;
    try {
      for (WatchedDatabase database : databases) {
        WatchEvents listener = events.apply(database);
        Replicator replicator =
            shipper.replicate(
                database.path(), home.layout(database.name()), options.apply(database), listener);
        replication.watched.add(new Watched(database, replicator, listener));
      }
      started = true;
      return replication;
    } finally {
      if (!started) {
        replication.close();
      }
    }
  }

  List<Watched> watched() {
    return watched;
  }

  /// Returns whether none of them goes on.
  boolean hasStopped() {
    return watched.stream().allMatch(each -> each.replicator.status().state() == State.STOPPED);
  }

  /// Returns why the first one that has stopped did; null when all go on.
  @Nullable IOException stopReason() {
    return watched.stream()
        .map(each -> each.events.stopReason())
        .filter(reason -> reason != null)
        .findFirst()
        .orElse(null);
  }

  /// Captures what is committed by now and ships it, for so long at most.
  Drained drain(long timeoutNanos) throws InterruptedException {
    long start = System.nanoTime();
    // All are asked before one is waited for.
    watched.forEach(each -> each.replicator.sync());
    int unshipped = 0;
    long pendingBytes = 0;
    IOException problem = null;
    for (Watched each : watched) {
      long left = Math.max(1, timeoutNanos - (System.nanoTime() - start));
      if (each.replicator.drain(left)) {
        continue;
      }
      ReplicatorStatus status = each.replicator.status();
      if (status.txid() == 0 && status.state() == State.UNAVAILABLE) {
        // There was never a database to ship.
        continue;
      }
      unshipped++;
      pendingBytes += status.pendingBytes();
      problem = problem == null ? status.problem() : problem;
    }
    return new Drained(unshipped, pendingBytes, problem);
  }

  @Override
  public void close() {
    watched.forEach(each -> each.replicator.close());
    shipper.close();
  }
}
