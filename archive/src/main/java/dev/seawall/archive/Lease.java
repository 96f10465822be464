// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.LeaseCalls.Claimed;
import dev.seawall.archive.LeaseCalls.Seen;
import dev.seawall.archive.LeaseCalls.Written;
import dev.seawall.archive.StoreCalls.Call;
import dev.seawall.archive.internal.lease.LeaseRecord;
import dev.seawall.io.Scheduler.Handle;
import dev.seawall.io.Scheduler.Placement;
import dev.seawall.io.TimeSource;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import dev.seawall.io.objects.PutCondition;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The right to be the one writer of a replica: Litestream's `lock.json`, written under conditions.
/// Thread-safe.
///
/// ```
///   SEEKING ── nothing there, released, ours from a former life,
///      │       or the same version unchanged for TTL + margin ──► put under condition ──► CLAIMING
///      │                                                                                     │
///   LOST ◄── refused: somebody else's stands there ── HELD ◄──── next epoch claimed ─────────┘
/// ```
///
/// - A rival's lease is taken over only after *one and the same version* of it was seen unchanged
///   for TTL and margin on our own monotonic clock; nobody's wall clock counts.
/// - The holder renews at a third of the TTL. It stops when half of the TTL has passed since the
///   *beginning* of its last successful renewal, and when its monotonic and its wall clock have
///   drifted apart since then (the machine slept: the monotonic clock may have stood still). It
///   goes on only after a renewal has succeeded, which proves that nobody was there in between.
/// - A refused write is answered by a look: our own lost reply, or another's lease. Another's is
///   the end: [#lost] says whose.
///
/// A holder may rest while nothing waits to be written ([LeaseOptions#withRestWhenIdle]): it renews
/// only when [#want] was called since the last renewal, and lets its lease run out otherwise. It is
/// then in doubt like any holder that has not renewed, and goes on after a renewal that proves that
/// nobody was there in between.
///
/// A lease is necessary and not sufficient: a paused holder's last request may arrive after a rival
/// took over. What it writes then is void, see [Epochs].
public final class Lease implements Fence, AutoCloseable {
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private enum Phase {
    SEEKING,
    CLAIMING,
    HELD,
    LOST
  }

  private final TimeSource time;
  private final StoreCalls calls;
  private final LeaseOptions options;
  private final LeaseCalls store;
  private final Replica replica;
  private final @Nullable LinkStore links;
  private final String instance;
  private final String writer;
  private final WaitWord changes;
  private volatile @Nullable Handle handle;
  // Whether something was to be written since the last renewal began.
  private volatile boolean wanted = true;

  // Guarded by this: read by others.
  private Phase phase = Phase.SEEKING;
  private long renewedNanos;
  private long renewedMillis;
  private @Nullable Claimed claimed;
  private @Nullable LeaseLostException lost;
  private @Nullable String waitingFor;
  private Runnable onChange = () -> {};

  // Confined to the steps.
  private State told = State.WAITING;
  private boolean renewed;
  private @Nullable String version;
  private long generation;
  private @Nullable Call<@Nullable Seen> looking;
  private @Nullable Call<Written> writing;
  private @Nullable Call<Claimed> claiming;
  private @Nullable String observed;
  private long observedNanos;
  private int failures;
  private long pauseStartNanos;
  private long pauseNanos;

  private Lease(
      Replica replica, StoreCalls calls, LeaseOptions options, @Nullable LinkStore links) {
    this.replica = replica;
    this.links = links;
    this.time = replica.machine().time();
    this.pauseStartNanos = time.nanoTime();
    this.calls = calls;
    this.options = options;
    this.writer = "%016x".formatted(replica.machine().random().nextLong());
    this.instance = links == null ? writer : links.instance();
    this.changes = replica.machine().scheduler().newWaitWord();
    String owner = options.owner() + LeaseRecord.suffix(this.instance);
    this.store = new LeaseCalls(replica, options, owner, writer);
  }

  /// Begins to seek the lease of a replica.
  ///
  /// @param links the open queue that we work on: a lease of the same instance is ours from a life
  ///   that is over, and is taken at once; null waits like everybody
  public static Lease start(
      Replica replica, StoreCalls calls, LeaseOptions options, @Nullable LinkStore links) {
    Lease lease = new Lease(replica, calls, options, links);
    lease.handle =
        replica.machine().scheduler().start("seawall-lease", Placement.SHARED, lease::step);
    lease.wake();
    return lease;
  }

  @Override
  public synchronized State state() {
    return switch (phase) {
      case SEEKING, CLAIMING -> State.WAITING;
      case LOST -> State.LOST;
      case HELD -> isFresh() ? State.HELD : State.WAITING;
    };
  }

  /// Half of the TTL since the last proof, and no sleep of the machine in between.
  private boolean isFresh() {
    long nanos = time.nanoTime() - renewedNanos;
    long millis = time.wallMillis() - renewedMillis;
    long drift = Math.abs(millis - nanos / NANOS_PER_MILLI);
    return nanos < ttlNanos() / 2 && drift < options.ttlMillis() / 6;
  }

  private long ttlNanos() {
    return options.ttlMillis() * NANOS_PER_MILLI;
  }

  @Override
  public synchronized long epoch() {
    Claimed its = claimed;
    return its == null ? 0 : its.epoch().number();
  }

  @Override
  public synchronized Epochs epochs() {
    Claimed its = claimed;
    return its == null ? Epochs.of(List.of()) : its.epochs();
  }

  @Override
  public String writer() {
    return writer;
  }

  @Override
  public synchronized @Nullable LeaseLostException lost() {
    return lost;
  }

  /// Returns where the replica ended when it became ours; null when it was empty, or is not ours
  /// yet.
  public synchronized @Nullable ChainEnd end() {
    Claimed its = claimed;
    return its == null ? null : its.end();
  }

  /// Returns who holds the replica while we wait for it; null when nobody is known.
  public synchronized @Nullable String waitingFor() {
    return waitingFor;
  }

  @Override
  public synchronized void onChange(Runnable action) {
    onChange = action;
  }

  /// Waits until the lease is held.
  ///
  /// @throws LeaseLostException when it is lost instead, or the time is over: the message says who
  ///   holds it
  /// @throws InterruptedException when the caller is interrupted
  public void awaitHeld(long timeoutNanos) throws LeaseLostException, InterruptedException {
    long start = time.nanoTime();
    while (true) {
      int seen = changes.value();
      if (state() == State.HELD) {
        return;
      }
      LeaseLostException over = lost();
      if (over != null) {
        throw over;
      }
      long left = timeoutNanos - (time.nanoTime() - start);
      if (left <= 0) {
        String known = waitingFor();
        String holder = known == null ? "nobody known" : known;
        throw new LeaseLostException(
            holder,
            replica.describe()
                + " is held by "
                + holder
                + "; stop that process, or wait until it gives up");
      }
      changes.await(seen, left);
    }
  }

  @Override
  public void want() {
    if (!wanted) {
      wanted = true;
      wake();
    }
  }

  private void wake() {
    Handle started = handle;
    if (started != null) {
      started.wake();
    }
  }

  private long step() {
    try {
      collect();
    } catch (ArchiveException e) {
      lose("others", String.valueOf(e.getMessage()));
    } catch (IOException _) {
      // The store is asked again; validity runs out by itself meanwhile.
      wanted = true;
      failures++;
      pause(replica.retrier().policy().delayNanos(failures, replica.machine().random()));
    }
    tellChanges();
    Phase now = phase();
    if (now == Phase.LOST) {
      return Worker.UNTIL_WOKEN;
    }
    if (now == Phase.HELD && options.restsWhenIdle() && !wanted && writing == null) {
      // One more look when it runs out, to tell that it did.
      return told == State.HELD ? untilLook() : Worker.UNTIL_WOKEN;
    }
    if (looking == null && writing == null && claiming == null) {
      long left = pauseNanos - (time.nanoTime() - pauseStartNanos);
      if (left > 0 && !isInDoubt()) {
        return now == Phase.HELD ? Math.min(left, untilLook()) : left;
      }
      submit(now);
    }
    return now == Phase.HELD ? untilLook() : Worker.UNTIL_WOKEN;
  }

  private synchronized Phase phase() {
    return phase;
  }

  /// A sleep of the machine is answered by a renewal at once.
  private synchronized boolean isInDoubt() {
    return phase == Phase.HELD && failures == 0 && !isFresh();
  }

  /// Returns when the holder must look at its clocks again.
  private synchronized long untilLook() {
    long left = ttlNanos() / 2 - (time.nanoTime() - renewedNanos);
    return left > 0 ? Math.min(ttlNanos() / 12, left) : ttlNanos() / 12;
  }

  private void submit(Phase now) {
    String ours = version;
    switch (now) {
      case SEEKING -> looking = calls.submit(store::look, this::wake);
      case CLAIMING -> {
        ChainEnd shipped = links == null ? null : links.shipped();
        List<StoredLink> waiting = links == null ? List.of() : links.pending(Integer.MAX_VALUE);
        claiming = calls.submit(() -> store.claim(shipped, waiting), this::wake);
      }
      case HELD -> {
        if (ours != null) {
          wanted = false;
          write(PutCondition.ifMatch(ours));
        }
      }
      case LOST -> {}
    }
  }

  private void write(PutCondition condition) {
    long number = generation;
    writing = calls.submit(() -> store.write(number, condition), this::wake);
  }

  private void collect() throws IOException {
    var looked = looking;
    if (looked != null && looked.isDone()) {
      looking = null;
      seen(looked.result());
    }
    var written = writing;
    if (written != null && written.isDone()) {
      writing = null;
      written(Objects.requireNonNull(written.result()));
    }
    var claim = claiming;
    if (claim != null && claim.isDone()) {
      claiming = null;
      claimed(Objects.requireNonNull(claim.result()));
    }
  }

  private void seen(@Nullable Seen seen) {
    failures = 0;
    synchronized (this) {
      waitingFor = seen == null ? null : seen.holder();
    }
    if (seen == null) {
      observed = null;
      take(0, PutCondition.ifAbsent());
      return;
    }
    LeaseRecord record = seen.record();
    String its = seen.info().requireVersion();
    if (record != null && (record.isReleased() || record.isOf(instance))) {
      take(seen.generation(), PutCondition.ifMatch(its));
      return;
    }
    long now = time.nanoTime();
    if (!its.equals(observed)) {
      observed = its;
      observedNanos = now;
    }
    long ttl = Math.max(options.ttlMillis(), record == null ? 0 : record.ttlMillis());
    long patience = (ttl + options.marginMillis()) * NANOS_PER_MILLI;
    long waited = now - observedNanos;
    if (waited >= patience) {
      take(seen.generation(), PutCondition.ifMatch(its));
    } else {
      pause(Math.min(patience - waited, ttlNanos() / 6));
    }
  }

  private void take(long before, PutCondition condition) {
    generation = before + 1;
    write(condition);
  }

  private void written(Written result) {
    failures = 0;
    String ours = result.version();
    Phase before = phase();
    if (ours == null && before == Phase.SEEKING) {
      // Somebody was quicker; patience begins anew.
      observed = null;
      pause(ttlNanos() / 6);
      return;
    }
    if (ours == null) {
      Seen rival = result.rival();
      String holder = rival == null ? "nobody, since somebody removed the lease" : rival.holder();
      lose(
          holder,
          replica.describe()
              + " is held by "
              + holder
              + "; we stop, since two writers would destroy each other's work");
      return;
    }
    version = ours;
    renewed = true;
    synchronized (this) {
      renewedNanos = result.startNanos();
      renewedMillis = result.startMillis();
      waitingFor = null;
      phase = phase == Phase.SEEKING ? Phase.CLAIMING : phase;
    }
    pause(before == Phase.HELD ? ttlNanos() / 3 - (time.nanoTime() - result.startNanos()) : 0);
  }

  private void claimed(Claimed result) {
    failures = 0;
    synchronized (this) {
      claimed = result;
      phase = Phase.HELD;
    }
    // Claiming may have taken long: a renewal shows that the lease is still ours.
    pause(0);
  }

  private void lose(String holder, String message) {
    synchronized (this) {
      phase = Phase.LOST;
      lost = new LeaseLostException(holder, message);
    }
  }

  private void pause(long nanos) {
    pauseStartNanos = time.nanoTime();
    pauseNanos = Math.max(0, nanos);
  }

  private void tellChanges() {
    State now = state();
    if (now != told || renewed) {
      // Also after a renewal: somebody may have found the lease in doubt between two looks of ours.
      renewed = false;
      told = now;
      changes.advance();
      Runnable action;
      synchronized (this) {
        action = onChange;
      }
      action.run();
    }
  }

  /// Gives the lease back, so that others need not wait; close what writes first. Blocks for one
  /// call. Idempotent.
  @Override
  public void close() {
    Handle started = handle;
    if (started == null) {
      return;
    }
    handle = null;
    started.close();
    String ours = version;
    Phase last = phase();
    if ((last == Phase.HELD || last == Phase.CLAIMING) && ours != null && writing == null) {
      store.release(ours);
    }
    synchronized (this) {
      phase = Phase.LOST;
      lost = lost == null ? new LeaseLostException("nobody", "the lease was given back") : lost;
    }
    changes.advance();
    changes.close();
  }
}
