// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.CircuitBreaker;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.Replica;
import dev.seawall.archive.Retrier;
import dev.seawall.archive.RetryPolicy;
import dev.seawall.archive.StoreCalls;
import dev.seawall.io.Machine;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.sqlite.internal.CaptureBuffers;
import dev.seawall.sqlite.internal.JdbcSqliteSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// What all databases of a process that go to one store share: threads for its calls, retries, the
/// circuit breaker, buffers. Thread-safe.
///
/// A database costs its two connections of SQLite and a few descriptors; threads and buffers are as
/// many for one as for hundreds.
public final class Shipper implements AutoCloseable {
  private static final int MOST_SNAPSHOTS = 2;
  private static final int MOST_MERGES = 2;

  private final Machine machine;
  private final ObjectStore store;
  private final Retrier retrier;
  private final StoreCalls calls;
  private final CaptureBuffers buffers = new CaptureBuffers();
  private final AtomicInteger snapshots = new AtomicInteger();
  private final AtomicInteger merges = new AtomicInteger();

  private Shipper(Machine machine, ObjectStore store, Retrier retrier, int calls) {
    this.machine = machine;
    this.store = store;
    this.retrier = retrier;
    this.calls = new StoreCalls(machine, calls);
  }

  /// Opens a shipper; nothing is called. Machine and store stay the caller's to close, after it.
  ///
  /// @param retrier decides when a failed call is made again; its breaker is everybody's
  /// @param calls the most calls to the store at once, each one on a thread of its own
  public static Shipper open(Machine machine, ObjectStore store, Retrier retrier, int calls) {
    return new Shipper(machine, store, retrier, calls);
  }

  /// Opens a shipper with default retries and eight calls at once.
  public static Shipper open(Machine machine, ObjectStore store) {
    CircuitBreaker breaker = CircuitBreaker.withDefaults(machine.time());
    return open(machine, store, new Retrier(machine, RetryPolicy.defaults(), breaker), 8);
  }

  /// Starts replicating a database; returns at once, see [Replicator#status].
  ///
  /// @param database an existing database, or where one will be; in WAL mode, or later
  /// @param layout where its replica lies in the store, with the suffix `.ltx`
  /// @throws dev.seawall.io.LockHeldException when another process replicates this database
  /// @throws IOException when the local queue cannot be opened, or is damaged
  public Replicator replicate(
      Path database, LinkLayout layout, ReplicatorOptions options, ReplicatorListener listener)
      throws IOException {
    SourceOpener opener =
        () -> JdbcSqliteSource.open(machine.files(), database, options.busyMillis());
    return replicate(opener, options.spool(database), layout, options, listener);
  }

  Replicator replicate(
      SourceOpener opener,
      Path spool,
      LinkLayout layout,
      ReplicatorOptions options,
      ReplicatorListener listener)
      throws IOException {
    return Replicator.start(this, opener, spool, layout, options, listener);
  }

  /// Returns a replica in the store, with the shared retries.
  public Replica replica(LinkLayout layout) {
    return new Replica(machine, store, layout, retrier);
  }

  /// Returns what makes calls again; its breaker says whether the store works.
  public Retrier retrier() {
    return retrier;
  }

  /// Returns whether one more snapshot may stream now: each one takes a thread for its calls, and a
  /// part of an upload in memory.
  boolean beginSnapshot() {
    return begin(snapshots, MOST_SNAPSHOTS);
  }

  void endSnapshot() {
    snapshots.decrementAndGet();
  }

  /// Returns whether one more merge may run now: databases that began together are merged at the
  /// same time, and what they shipped meanwhile would wait behind all of it.
  boolean beginMerge() {
    return begin(merges, MOST_MERGES);
  }

  void endMerge() {
    merges.decrementAndGet();
  }

  private static boolean begin(AtomicInteger under, int most) {
    if (under.incrementAndGet() <= most) {
      return true;
    }
    under.decrementAndGet();
    return false;
  }

  Machine machine() {
    return machine;
  }

  StoreCalls calls() {
    return calls;
  }

  CaptureBuffers buffers() {
    return buffers;
  }

  /// Waits for calls under way; close the replicators before. Idempotent.
  @Override
  public void close() {
    calls.close();
    buffers.close();
  }
}
