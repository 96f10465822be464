// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.IoQueue;
import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.wal.LogFailedException;
import dev.seawall.wal.WalListener;
import dev.seawall.wal.internal.events.WalEvents;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.ActiveSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Takes closed windows to the file, syncs them, and says what is durable: one sync for all who
/// wait (group commit). Run by whoever leads, one at a time.
///
/// - Writes in flight never share a block: a window that begins inside the block where the one
///   before it ends waits for it.
/// - A sync covers the writes whose completion was seen before it was submitted, and counts for the
///   unbroken prefix of them.
/// - A segment gets its first write only when the one before it is sealed and synced: un-promised
///   bytes lie in one segment.
/// - A write or sync that fails, fails the log.
final class GroupCommitter {
  /// How many durable writes are in flight at most; beyond that a sync serves several. Large ones
  /// gain from each other, small ones from sharing a sync.
  private static final int DURABLE_WRITES = 2;

  private static final int LARGE_DURABLE_WRITES = 4;
  private static final int LARGE = 128 << 10;

  private final AppendLock lock;
  private final Appender appender;
  private final WindowRing ring;
  private final SyncPolicy policy;
  private final Waiters waiters;
  private final Completions completions;
  private final PayloadChanges changes;
  private final IoQueue queue;
  private final LogClock clock;
  private final WalListener listener;
  private final CommitStats stats;
  private final boolean padAlways;
  private final ArrayDeque<Window> inFlight = new ArrayDeque<>();
  private final Gathering gathering;

  /// The last form of the block that the next window may share: what a window was given when it was
  /// opened may be older.
  private final MemorySegment carry = Arena.ofAuto().allocate(Layout.BLOCK, 8);

  private final IoTicket syncTicket = new IoTicket();
  private final LogPosition submitted = new LogPosition();
  private final LogPosition written = new LogPosition();
  private final LogPosition syncing = new LogPosition();
  private final LogPosition durable = new LogPosition();

  private @Nullable ActiveSegment writing;
  private long syncStartedNanos;
  private long lastSyncNanos;
  private long batches;
  private long markedSeq;
  private boolean patient;

  /// The next group waits for one in flight.
  private boolean blocked;

  private volatile @Nullable LogFailedException failure;

  /// Reads the monotonic clock.
  @FunctionalInterface
  interface LogClock {
    /// Returns nanoseconds from an arbitrary origin.
    long nanoTime();
  }

  GroupCommitter(
      AppendLock lock,
      Appender appender,
      MemorySegment tailBlock,
      WindowRing ring,
      SyncPolicy policy,
      Waiters waiters,
      Completions completions,
      PayloadChanges changes,
      IoQueue queue,
      LogClock clock,
      WalListener listener,
      CommitStats stats,
      boolean padAlways) {
    this.lock = lock;
    this.appender = appender;
    MemorySegment.copy(tailBlock, 0, carry, 0, tailBlock.byteSize());
    this.ring = ring;
    this.policy = policy;
    this.waiters = waiters;
    this.completions = completions;
    this.changes = changes;
    this.queue = queue;
    this.clock = clock;
    this.listener = listener;
    this.stats = stats;
    this.padAlways = padAlways;
    this.gathering = new Gathering(queue);
    this.writing = appender.segment();
    long position = appender.position();
    durable.set(0, appender.segment().number(), position, appender.nextIndex() - 1, 0, 0);
    submitted.copy(durable);
    written.copy(durable);
  }

  /// Does all that can be done without waiting, at most until this group is durable; returns
  /// whether operations are in flight.
  boolean run(long untilSeq) {
    return run(untilSeq, false);
  }

  /// The same for the log's own thread, which may wait for others to join a group: see [#complete].
  boolean runWithOthers() {
    return run(Long.MAX_VALUE, true);
  }

  private boolean run(long untilSeq, boolean mayWait) {
    patient = mayWait;
    boolean progress = true;
    while (progress && failure == null && durable.seq < untilSeq) {
      queue.poll();
      progress = retireWrites();
      progress |= retireSync();
      if (durable.seq < untilSeq) {
        progress |= submitWrite();
        progress |= submitSync();
      }
    }
    LogFailedException failed = failure;
    if (failed != null) {
      completions.fail(failed);
      return false;
    }
    return queue.inFlight() > 0;
  }

  private boolean retireWrites() {
    boolean any = false;
    Window window;
    while ((window = inFlight.peek()) != null && window.ticket.isDone()) {
      inFlight.remove();
      any = true;
      StorageException cause = window.ticket.failure();
      if (cause != null) {
        fail("write", cause);
        return true;
      }
      written.set(
          window.seq,
          window.owner().number(),
          window.endPosition(),
          window.lastIndex,
          window.closedBytes,
          window.closedBatches);
      waiters.written(window.seq, window.lastIndex);
      if (window.durableWrite) {
        advance(written, window.submittedNanos);
      }
      release(window);
    }
    return any;
  }

  private void release(Window window) {
    lock.lock();
    try {
      ring.release(window);
    } finally {
      lock.unlock();
    }
    policy.spaceFreed();
  }

  private boolean retireSync() {
    if (!syncTicket.isDone() || syncing.seq <= durable.seq) {
      return false;
    }
    StorageException cause = syncTicket.failure();
    if (cause != null) {
      fail("sync", cause);
      return true;
    }
    advance(syncing, syncStartedNanos);
    return true;
  }

  private void advance(LogPosition reached, long startedNanos) {
    long nanos = clock.nanoTime() - startedNanos;
    lastSyncNanos = nanos;
    gather(reached);
    WalEvents.groupCommitted(reached.index - durable.index, reached.bytes - durable.bytes, nanos);
    durable.copy(reached);
    stats.synced(nanos);
    waiters.advance(durable.seq, durable.index, durable.bytes);
    completions.complete(durable.seq, changes);
    policy.durable(durable.seq, durable.bytes);
  }

  private void gather(LogPosition reached) {
    int waiting;
    lock.lock();
    try {
      Window active = appender.active();
      waiting = active == null ? 0 : active.batches;
    } finally {
      lock.unlock();
    }
    gathering.woke(reached.batches - durable.batches, submitted.batches - reached.batches, waiting);
  }

  private boolean submitWrite() {
    if (failure != null || inFlight.size() >= queue.depth(Long.MAX_VALUE)) {
      return false;
    }
    Window window = next();
    if (window == null) {
      return false;
    }
    boolean others = queue.depth(window.tail) > 1;
    gathering.submitted(window.batches, others);
    boolean alone = others && inFlight.isEmpty() && !gathering.crowded();
    batches += window.batches;
    window.closedBatches = batches;
    describe(window);
    long from = Layout.blockFloor(window.base);
    long end = Layout.blockCeiling(window.endPosition());
    MemorySegment bytes = window.blocks(end - from);
    window.submittedNanos = clock.nanoTime();
    submitted.set(
        window.seq,
        window.owner().number(),
        window.endPosition(),
        window.lastIndex,
        window.closedBytes,
        window.closedBatches);
    inFlight.add(window);
    stats.wrote(end - from);
    window.send(from, bytes, policy.syncWanted(window.seq), alone);
    return true;
  }

  /// Returns whether the next window begins another segment.
  private boolean crosses() {
    lock.lock();
    try {
      Window first = ring.firstClosed();
      return first != null && !first.owner().is(writing);
    } finally {
      lock.unlock();
    }
  }

  /// Takes the next window if it may be written now; closes the active one when it is due.
  private @Nullable Window next() {
    blocked = false;
    lock.lock();
    try {
      appender.promise(durable.segment, durable.position);
      Window window = ring.firstClosed();
      if (window == null) {
        Window active = appender.active();
        if (active == null || !active.hasFrames()) {
          policy.nothingAccepted(durable.seq == appender.nextSeq() - 1);
          return null;
        }
        if (!policy.writeDue(active.seq) || (patient && active.batches < gathering.expected())) {
          return null;
        }
        if (mustWait(active)) {
          blocked = true;
          return null;
        }
        policy.activeClosed();
        appender.close(
            padAlways
                || (queue.depth(active.tail) > 1 && (!inFlight.isEmpty() || active.batches > 1)));
        window = ring.firstClosed();
      }
      if (window == null || mustWait(window)) {
        blocked = true;
        return null;
      }
      if (!window.owner().is(writing)) {
        if (durable.seq < window.seq - 1) {
          blocked = true; // The predecessor is not yet sealed and synced.
          return null;
        }
        writing = window.owner();
      }
      window.durableWrite = onlyDurableWrites(window) && policy.syncWanted(window.seq);
      if (window.durableWrite) {
        policy.syncStarted(moreThan(window.seq));
      }
      return ring.takeClosed();
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether a durable write may go: everything before it is durable, or will be by its own
  /// write.
  private boolean onlyDurableWrites(Window window) {
    int most = window.tail >= LARGE ? LARGE_DURABLE_WRITES : DURABLE_WRITES;
    Window last = inFlight.peekLast();
    return !syncTicket.isInFlight()
        && written.seq == durable.seq
        && inFlight.size() < most
        && (last == null || last.durableWrite);
  }

  /// Returns whether anything was accepted behind a group.
  private boolean moreThan(long seq) {
    Window active = appender.active();
    return appender.nextSeq() - 1 > seq || (active != null && active.hasFrames());
  }

  /// Returns whether a group has to wait for one in flight: they share a block, or it is one of
  /// those that go alone.
  private boolean mustWait(Window window) {
    return sharesBlock(window) || inFlight.size() >= queue.depth(window.tail);
  }

  private boolean sharesBlock(Window window) {
    Window last = inFlight.peekLast();
    return last != null
        && last.owner().is(window.owner())
        && Layout.blockCeiling(last.endPosition()) > window.base;
  }

  /// Writes the frame that stands for the group, and looks whether what was copied is what was
  /// checksummed.
  private void describe(Window window) {
    if (window.owner().mapped() != null) {
      return; // What is stored is not stored again: a death in between would tear it.
    }
    MemorySegment.copy(carry, 0, window.memory, 0, window.front);
    long seed = window.owner().seed();
    int epoch = appender.epoch();
    if (window.grouped) {
      ControlFrames.group(
          window.memory,
          window.groupAt,
          seed,
          window.base + window.groupAt,
          FrameType.GROUP,
          0,
          epoch,
          window.firstIndex,
          durable.segment,
          durable.position,
          window.endPosition());
    }
    PayloadCheck.run(window, changes, listener);
    long from = Layout.blockFloor(window.endPosition()) - window.base;
    MemorySegment.copy(window.memory, from, carry, 0, window.tail - from);
  }

  private boolean submitSync() {
    if (failure != null || syncTicket.isInFlight() || written.seq <= durable.seq) {
      return false;
    }
    boolean rolling = nextIsInAnotherSegment();
    if (!rolling && !policy.syncDue(written.seq, inFlight.isEmpty())) {
      return false;
    }
    ActiveSegment target = writing;
    if (target == null || target.number() != written.segment) {
      throw new AssertionError("unsynced bytes in segment " + written.segment);
    }
    syncing.copy(written);
    lock.lock();
    try {
      policy.syncStarted(moreThan(written.seq));
    } finally {
      lock.unlock();
    }
    syncStartedNanos = clock.nanoTime();
    target.submitSync(
        syncTicket, durable.segment == target.number() ? durable.position : 0, written.position);
    return true;
  }

  private boolean nextIsInAnotherSegment() {
    return inFlight.isEmpty() && crosses();
  }

  /// Returns whether all that was written is durable and the last group stands behind no promise.
  boolean markWanted() {
    return failure == null
        && durable.seq > 0
        && submitted.seq == durable.seq
        && markedSeq != durable.seq;
  }

  /// Returns whether a group is to be written, and everybody whom it waits for has come.
  boolean complete() {
    // Without the lock, which those whom it waits for need: a hint, that is looked at again with
    // it.
    int expected = gathering.expected();
    Window filling = appender.active();
    if (expected > 0 && (filling == null || filling.batches < expected)) {
      return false;
    }
    lock.lock();
    try {
      Window active = appender.active();
      return ring.firstClosed() != null
          || (active != null
              && active.hasFrames()
              && active.batches >= expected
              && policy.writeDue(active.seq));
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether another group could be sent now if there were one.
  boolean hasRoom() {
    return !blocked && inFlight.size() < queue.depth(Long.MAX_VALUE);
  }

  Gathering gathering() {
    return gathering;
  }

  /// Returns how long the last group took.
  long lastSyncNanos() {
    return lastSyncNanos;
  }

  /// Returns whether something written should be synced now; exact only for the leader.
  boolean syncPending() {
    return written.seq > durable.seq && policy.syncDue(written.seq, inFlight.isEmpty());
  }

  /// Returns whether something was submitted whose end nobody has seen.
  boolean inFlight() {
    return !inFlight.isEmpty() || syncing.seq > durable.seq;
  }

  /// Notes that the group with this number is a MARK.
  void marked(long seq) {
    markedSeq = seq;
  }

  /// Returns whether every accepted group is durable.
  boolean drained() {
    lock.lock();
    try {
      Window active = appender.active();
      return durable.seq == appender.nextSeq() - 1 && (active == null || !active.hasFrames());
    } finally {
      lock.unlock();
    }
  }

  private void fail(String operation, StorageException cause) {
    LogFailedException failed =
        new LogFailedException(
            operation
                + " failed, and the log with it: "
                + cause.getMessage()
                + ". Records up to "
                + durable.index
                + " are durable; of later ones nobody can say before the log is opened again. Close"
                + " it, look at the disk, open it",
            cause);
    failure = failed;
    waiters.wakeAll();
    policy.spaceFreed();
    WalEvents.logFailed(String.valueOf(failed.getMessage()));
    listener.failed(failed);
  }

  @Nullable LogFailedException failure() {
    return failure;
  }

  /// Fails the log from outside: ownership lost, or a truncation that could not be finished.
  void failNow(String operation, StorageException cause) {
    if (failure == null) {
      fail(operation, cause);
    }
  }

  LogPosition durable() {
    return durable;
  }
}
