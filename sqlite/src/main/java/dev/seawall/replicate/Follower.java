// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.ArchiveException;
import dev.seawall.archive.Lease;
import dev.seawall.archive.LinkStore;
import dev.seawall.archive.LinkStoreFullException;
import dev.seawall.archive.StoredLink;
import dev.seawall.archive.UploadListener;
import dev.seawall.io.DiskFullException;
import dev.seawall.io.TimeSource;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.replicate.ReplicatorStatus.State;
import dev.seawall.sqlite.internal.Capture;
import dev.seawall.sqlite.internal.Loss;
import dev.seawall.sqlite.internal.SqliteSource;
import dev.seawall.sqlite.internal.WalCapture;
import dev.seawall.sqlite.internal.WalPosition;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Follows one database, step by step: a state machine that captures and never waits.
///
/// ```
///   JOINING ─► CONNECTING ─► PINNING ─┬─ position of a former life ──► FOLLOWING ◄─┐
///                  ▲                  └─ none, or a loss ─► SNAPSHOT ──────┴───────┘
///                  └───────────── loss, or the database failed ───────────┘
/// ```
final class Follower {
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long MAX_LINK_BYTES = 64L << 20;
  private static final long SLICE_BYTES = 4L << 20;
  private static final long SOON_NANOS = 10 * NANOS_PER_MILLI;
  private static final long RETRY_NANOS = 1000 * NANOS_PER_MILLI;
  private static final long FULL_LOOK_NANOS = 2000 * NANOS_PER_MILLI;

  private enum Phase {
    JOINING,
    CONNECTING,
    PINNING,
    SNAPSHOT,
    FOLLOWING,
    OVER
  }

  /// What others may see.
  record View(
      State state,
      long walBytes,
      long seenMillis,
      long snapshotTxid,
      @Nullable String holder,
      @Nullable IOException problem) {}

  private final Shipper shipper;
  private final SourceOpener opener;
  private final LinkStore links;
  private final @Nullable Lease lease;
  private final Joining joining;
  private final Snapshots snapshots;
  private final Levels levels;
  private final ReplicatorOptions options;
  private final Events events;
  private final WaitWord progress;
  private final TimeSource time;
  private final Checkpoints checkpoints;
  private final AtomicLong syncsAsked = new AtomicLong();
  private volatile long syncsAnswered;
  private volatile View view = new View(State.STARTING, 0, 0, 0, null, null);
  private volatile @Nullable IOException uploadsStopped;
  private final AtomicReference<Runnable> wake;

  // Confined to the steps.
  private Phase phase = Phase.JOINING;
  private @Nullable WalCapture capture;
  private @Nullable SqliteSource source;
  private @Nullable LinkMaker making;
  private @Nullable Capture makingOf;
  private @Nullable SnapshotReason forced;
  private SnapshotReason reason = SnapshotReason.FIRST;
  // Whether a position of a former life was taken and no look has confirmed it yet.
  private boolean resumed;
  private boolean heldUp;
  private @Nullable IOException problem;
  private long stamp;
  private int quietLooks;
  private boolean checkpointNext;
  private long lookedNanos;
  private long capturedNanos;
  private boolean holding;
  private long seenMillis;
  private long walBytes;

  Follower(
      Shipper shipper,
      SourceOpener opener,
      LinkStore links,
      @Nullable Lease lease,
      Joining joining,
      Snapshots snapshots,
      Levels levels,
      ReplicatorOptions options,
      Events events,
      WaitWord progress,
      AtomicReference<Runnable> wake) {
    this.shipper = shipper;
    this.opener = opener;
    this.links = links;
    this.lease = lease;
    this.joining = joining;
    this.snapshots = snapshots;
    this.levels = levels;
    this.options = options;
    this.events = events;
    this.progress = progress;
    this.wake = wake;
    this.time = shipper.machine().time();
    this.checkpoints = new Checkpoints(options, time, events);
    this.capturedNanos = time.nanoTime();
  }

  View view() {
    return view;
  }

  /// Asks for a capture of everything; answered when [#answered] reaches what is returned.
  long sync() {
    long request = syncsAsked.incrementAndGet();
    wake.get().run();
    return request;
  }

  long answered() {
    return syncsAnswered;
  }

  void requestSnapshot() {
    snapshots.request();
    wake.get().run();
  }

  /// What the uploader tells.
  UploadListener uploads() {
    return new UploadListener() {
      @Override
      public void published(StoredLink link, ObjectInfo object) {
        levels.published(link, object);
        events.listener().shipped(link.last(), link.bytes(), LinkMaker.seenMillis(link));
        wake.get().run();
      }

      @Override
      public void failed(IOException failure, int failuresInARow) {
        events.failed(failure, failuresInARow);
      }

      @Override
      public void stopped(IOException reason) {
        uploadsStopped = reason;
        wake.get().run();
      }
    };
  }

  long step() {
    if (phase == Phase.OVER) {
      return Worker.UNTIL_WOKEN;
    }
    WalCapture borrower = capture;
    if (borrower != null) {
      borrower.borrow();
    }
    try {
      return act();
    } catch (LinkStoreFullException | DiskFullException e) {
      heldUp = true;
      problem = e;
      events.unavailable(e);
      giveUpLink();
      return links.hasFailed() ? over(e) : RETRY_NANOS / 4;
    } catch (ArchiveException e) {
      return over(e);
    } catch (IOException e) {
      problem = e;
      events.unavailable(e);
      disconnect();
      return links.hasFailed() ? over(e) : RETRY_NANOS;
    } finally {
      WalCapture borrowed = capture;
      if (borrowed != null) {
        borrowed.giveBack();
      }
      publish();
    }
  }

  private long act() throws IOException {
    IOException stopped = uploadsStopped;
    if (stopped != null) {
      return over(stopped);
    }
    return switch (phase) {
      case JOINING -> join();
      case CONNECTING -> connect();
      case PINNING -> pin(require(capture));
      case SNAPSHOT -> snapshot(require(capture));
      case FOLLOWING -> follow(require(capture), require(source));
      case OVER -> Worker.UNTIL_WOKEN;
    };
  }

  private static <T> T require(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the database is not open");
    }
    return value;
  }

  private long join() throws IOException {
    if (!joining.isOver()) {
      return options.pollMillis() * NANOS_PER_MILLI;
    }
    forced = joining.isTakeOver() ? SnapshotReason.TAKEN_OVER : null;
    phase = Phase.CONNECTING;
    return 0;
  }

  private long connect() throws IOException {
    SqliteSource opened = opener.open();
    source = opened;
    WalCapture made = new WalCapture(opened, MAX_LINK_BYTES, shipper.buffers());
    capture = made;
    made.borrow();
    String mode = opened.journalMode();
    if (!"wal".equalsIgnoreCase(mode)) {
      if (links.end() != null) {
        lose(SnapshotReason.JOURNAL_MODE_CHANGED);
      }
      throw new IOException(
          "the database is in journal mode "
              + mode
              + "; `PRAGMA journal_mode = wal` makes it one that can be replicated");
    }
    phase = Phase.PINNING;
    return 0;
  }

  private void lose(SnapshotReason why) {
    if (forced != why) {
      forced = why;
      events.listener().lost(why);
    }
  }

  private long pin(WalCapture following) throws IOException {
    if (!following.start()) {
      return SOON_NANOS;
    }
    recovered();
    quietLooks = 0;
    holding = false;
    WalPosition position = LinkMaker.position(links);
    if (forced == null && position != null && following.resume(position)) {
      resumed = true;
      phase = Phase.FOLLOWING;
      return 0;
    }
    if (forced == null && links.end() != null) {
      lose(SnapshotReason.AWAY);
    }
    SnapshotReason why = forced;
    reason = why == null ? SnapshotReason.FIRST : why;
    phase = Phase.SNAPSHOT;
    return 0;
  }

  private void recovered() {
    heldUp = false;
    problem = null;
    events.available();
  }

  private long snapshot(WalCapture following) throws IOException {
    LinkMaker current = making;
    if (current == null) {
      Capture all = following.snapshot();
      if (all == null) {
        return SOON_NANOS;
      }
      seenMillis = time.wallMillis();
      makingOf = all;
      making = LinkMaker.begin(links, all, seenMillis, options.encoding());
      recovered();
      return 0;
    }
    Capture all = require(makingOf);
    if (current.next(Math.max(1, SLICE_BYTES / all.pageSize()))) {
      return 0;
    }
    StoredLink link = current.finish();
    giveUpLink();
    if (link == null) {
      return SOON_NANOS;
    }
    following.accept(all);
    if (reason == SnapshotReason.PAGE_SIZE_CHANGED) {
      // No restore can go from one page size to another: it must be able to begin here.
      snapshots.request();
    }
    forced = null;
    resumed = false;
    checkpoints.captured();
    events.listener().snapshot(link.last(), reason, all.commit(), link.bytes());
    captured(link, 0, 0);
    events.oldSqlite(following.tooOldWriter());
    phase = Phase.FOLLOWING;
    return 0;
  }

  private void captured(StoredLink link, long transactions, long frames) {
    capturedNanos = time.nanoTime();
    snapshots.captured(frames);
    holding = true;
    events.listener().captured(link.last(), transactions, link.bytes(), seenMillis);
  }

  private long follow(WalCapture following, SqliteSource from) throws IOException {
    long now = time.nanoTime();
    if (snapshots.isSpilling()) {
      return maintain(following, now);
    }
    long request = syncsAsked.get();
    boolean asked = request > syncsAnswered;
    long hold = capturedNanos + options.syncIntervalMillis() * NANOS_PER_MILLI - now;
    if (holding && !asked && !checkpointNext && hold > 0) {
      return hold;
    }
    holding = false;
    // Read before the look: what is committed meanwhile changes it again.
    long before = from.stamp();
    boolean sure = quietLooks >= 2 && before == stamp && before != 0;
    if (sure && !asked && !checkpointNext && now - lookedNanos < FULL_LOOK_NANOS) {
      return maintain(following, now);
    }
    if (before != stamp) {
      quietLooks = 0;
    }
    stamp = before;
    lookedNanos = now;
    long seen = time.wallMillis();
    switch (following.look()) {
      case WalCapture.Look.Quiet _ -> {
        quietLooks++;
        resumed = false;
        if (quietLooks >= 2) {
          syncsAnswered = request;
        }
      }
      case WalCapture.Look.Changed(Capture pages, long transactions, boolean more) -> {
        quietLooks = 0;
        seenMillis = seen;
        if (!keep(following, pages, transactions) || more) {
          holding = false;
          return 0;
        }
      }
      case WalCapture.Look.Lost(Loss loss) -> {
        lose(resumed ? SnapshotReason.AWAY : SnapshotReason.valueOf(loss.name()));
        disconnect();
        return 0;
      }
    }
    walBytes = following.walBytes();
    events.wal(walBytes, options.snapshotMaxWalBytes());
    return asked && quietLooks < 2 ? 0 : maintain(following, now);
  }

  /// Makes a capture durable here, and goes on from it.
  private boolean keep(WalCapture following, Capture pages, long transactions) throws IOException {
    StoredLink link = LinkMaker.make(links, pages, seenMillis, options.encoding());
    if (link == null) {
      return false;
    }
    following.accept(pages);
    recovered();
    resumed = false;
    checkpoints.captured();
    captured(link, transactions, frames(following, pages));
    return true;
  }

  private static long frames(WalCapture following, Capture pages) {
    return (pages.end().position() - pages.walPosition()) / following.frameBytes();
  }

  /// What can wait a little: levels, snapshots, checkpoints.
  private long maintain(WalCapture following, long now) throws IOException {
    levels.step();
    if (snapshots.step(following, quietLooks > 0, walBytes)) {
      return 0;
    }
    return checkpointIfDue(following, now);
  }

  private long checkpointIfDue(WalCapture following, long now) throws IOException {
    if (!snapshots.holdsPin() && checkpoints.isDue(following)) {
      if (quietLooks == 0 && !checkpointNext) {
        // One more look first: what is left to capture under the write lock is then little.
        checkpointNext = true;
        return 0;
      }
      checkpointNext = false;
      checkpoints.run(
          following,
          pages -> {
            seenMillis = time.wallMillis();
            StoredLink link = LinkMaker.make(links, pages, seenMillis, options.encoding());
            if (link != null) {
              captured(link, 1, frames(following, pages));
            }
            return link != null;
          });
      events.oldSqlite(following.tooOldWriter());
    }
    checkpointNext = false;
    return PollGrid.untilNext(now, now - capturedNanos, options.pollMillis() * NANOS_PER_MILLI);
  }

  private void giveUpLink() {
    LinkMaker current = making;
    making = null;
    makingOf = null;
    if (current != null) {
      current.close();
    }
  }

  /// Lets go of the database; it is connected to again.
  private void disconnect() {
    giveUpLink();
    snapshots.lost();
    WalCapture open = capture;
    capture = null;
    source = null;
    phase = phase == Phase.JOINING ? Phase.JOINING : Phase.CONNECTING;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        problem = e;
      }
    }
  }

  private long over(IOException why) {
    disconnect();
    phase = Phase.OVER;
    problem = why;
    events.listener().stopped(why);
    return Worker.UNTIL_WOKEN;
  }

  private void publish() {
    Lease held = lease;
    String holder = held == null ? null : held.waitingFor();
    View now = new View(state(), walBytes, seenMillis, snapshots.lastTxid(), holder, problem);
    View before = view;
    view = now;
    if (!now.equals(before) || syncsAsked.get() > 0) {
      progress.advance();
    }
  }

  private State state() {
    return switch (phase) {
      case JOINING -> State.STARTING;
      case CONNECTING, PINNING -> problem == null ? State.STARTING : State.UNAVAILABLE;
      case SNAPSHOT -> heldUp ? State.HELD_UP : State.SNAPSHOT;
      case FOLLOWING -> heldUp ? State.HELD_UP : State.FOLLOWING;
      case OVER -> State.STOPPED;
    };
  }

  /// Lets go of the database for good; called when no step runs any more.
  void close() {
    disconnect();
    snapshots.end();
    phase = Phase.OVER;
    publish();
  }
}
