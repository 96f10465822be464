// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.ChainEnd;
import dev.seawall.archive.Fence;
import dev.seawall.archive.Lease;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.LinkStore;
import dev.seawall.archive.LinkStoreOptions;
import dev.seawall.archive.Replica;
import dev.seawall.archive.StoredLink;
import dev.seawall.archive.Uploader;
import dev.seawall.io.Machine;
import dev.seawall.io.Scheduler.Handle;
import dev.seawall.io.Scheduler.Placement;
import dev.seawall.io.WaitWord;
import dev.seawall.replicate.ReplicatorStatus.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Replicates one database: every committed transaction is captured, made durable in a local queue
/// and brought to the replica, in order. Thread-safe. Started by [Shipper#replicate].
///
/// What is captured when, and what happens when it dies, is in the package documentation.
public final class Replicator implements AutoCloseable {
  private final Machine machine;
  private final LinkStore links;
  private final @Nullable Lease lease;
  private final Uploader uploader;
  private final Follower follower;
  private final StoreTrouble trouble;
  private final WaitWord progress;
  private final Handle handle;
  private boolean closed;

  private Replicator(
      Machine machine,
      LinkStore links,
      @Nullable Lease lease,
      Uploader uploader,
      Follower follower,
      StoreTrouble trouble,
      WaitWord progress,
      AtomicReference<Runnable> wake) {
    this.machine = machine;
    this.links = links;
    this.lease = lease;
    this.uploader = uploader;
    this.follower = follower;
    this.trouble = trouble;
    this.progress = progress;
    this.handle = machine.scheduler().start("seawall-replicator", Placement.SHARED, follower::step);
    wake.set(handle::wake);
  }

  static Replicator start(
      Shipper shipper,
      SourceOpener opener,
      Path spool,
      LinkLayout layout,
      ReplicatorOptions options,
      ReplicatorListener listener)
      throws IOException {
    Machine machine = shipper.machine();
    Replica replica = shipper.replica(layout);
    LinkStore links = open(machine, spool, replica, options);
    WaitWord progress = machine.scheduler().newWaitWord();
    Events events = new Events(listener, replica.retrier().breaker());
    StoreTrouble trouble = new StoreTrouble(events);
    Replica joined = replica.telling(trouble);
    Lease lease =
        options.lease() == null
            ? null
            : Lease.start(joined, shipper.calls(), options.lease(), links);
    Fence fence = lease != null ? lease : Fence.none(links.instance());
    Joining joining = new Joining(joined, shipper.calls(), links, lease, events);
    AtomicReference<Runnable> wake = new AtomicReference<>(() -> {});
    Runnable waker = () -> wake.get().run();
    Setting setting = new Setting(shipper, replica, links, fence, options, events, waker);
    Snapshots snapshots = new Snapshots(setting);
    Levels levels = new Levels(setting);
    Follower follower =
        new Follower(
            shipper, opener, links, lease, joining, snapshots, levels, options, events, progress,
            wake);
    Uploader uploader =
        Uploader.start(
            joined, links, shipper.calls(), fence, follower.uploads(), options.uploads());
    return new Replicator(machine, links, lease, uploader, follower, trouble, progress, wake);
  }

  private static LinkStore open(
      Machine machine, Path spool, Replica replica, ReplicatorOptions options) throws IOException {
    LinkStore links =
        LinkStore.open(
            machine,
            spool,
            LinkStoreOptions.defaults()
                .withMaxPendingBytes(options.maxPendingBytes())
                .withKeptBytes(options.keptBytes()));
    try {
      links.serve(replica.describe());
      return links;
    } catch (IOException | RuntimeException e) {
      links.close();
      throw e;
    }
  }

  /// Returns how it goes. Cheap; reads no file and calls nobody.
  public ReplicatorStatus status() {
    Follower.View view = follower.view();
    ChainEnd end = links.end();
    ChainEnd shipped = links.shipped();
    Uploader.Status uploads = uploader.status();
    List<StoredLink> oldest = links.pending(1);
    IOException problem = view.problem() != null ? view.problem() : uploads.failure();
    problem = problem != null ? problem : trouble.last();
    return new ReplicatorStatus(
        view.state(),
        end == null ? 0 : end.last(),
        shipped == null ? 0 : shipped.last(),
        view.snapshotTxid(),
        links.pendingLinks(),
        links.pendingBytes(),
        view.walBytes(),
        view.seenMillis(),
        oldest.isEmpty() ? 0 : LinkMaker.seenMillis(oldest.getFirst()),
        view.holder(),
        Math.max(uploads.failuresInARow(), trouble.inARow()),
        problem);
  }

  /// Asks for everything committed by now to be captured at once, whatever the sync interval.
  public void sync() {
    follower.sync();
  }

  /// Asks for a snapshot of level 9 soon.
  public void snapshot() {
    follower.requestSnapshot();
  }

  /// Waits until everything that was committed before the call is in the replica.
  ///
  /// @return false when the time is over, or it has stopped
  /// @throws InterruptedException when the caller is interrupted
  public boolean drain(long timeoutNanos) throws InterruptedException {
    long start = machine.time().nanoTime();
    long request = follower.sync();
    while (true) {
      int seen = progress.value();
      long left = timeoutNanos - (machine.time().nanoTime() - start);
      if (follower.answered() >= request) {
        ChainEnd end = links.end();
        return end != null && uploader.awaitShipped(end.last(), left);
      }
      if (left <= 0 || follower.view().state() == State.STOPPED) {
        return false;
      }
      progress.await(seen, left);
    }
  }

  /// Waits until a snapshot of level 9 that covers everything shipped by now is in the replica.
  ///
  /// @return false when the time is over, or it has stopped
  /// @throws InterruptedException when the caller is interrupted
  public boolean awaitSnapshot(long txid, long timeoutNanos) throws InterruptedException {
    long start = machine.time().nanoTime();
    while (true) {
      int seen = progress.value();
      if (follower.view().snapshotTxid() >= txid) {
        return true;
      }
      long left = timeoutNanos - (machine.time().nanoTime() - start);
      if (left <= 0 || follower.view().state() == State.STOPPED) {
        return false;
      }
      progress.await(seen, left);
    }
  }

  /// Stops: the database is let go, the lease given back. What is captured and not shipped stays in
  /// the local queue for the next start. Idempotent.
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    handle.close();
    follower.close();
    uploader.close();
    if (lease != null) {
      lease.close();
    }
    links.close();
    progress.advance();
    progress.close();
  }
}
