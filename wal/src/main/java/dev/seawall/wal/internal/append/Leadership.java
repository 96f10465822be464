// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.IoQueue;
import dev.seawall.io.Machine;
import dev.seawall.io.Scheduler;
import dev.seawall.io.StorageException;
import dev.seawall.io.Worker;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.frame.Layout;
import java.util.concurrent.atomic.AtomicBoolean;

/// Who runs the committer: the log's own thread, or an appender that finds nobody at it and may
/// block on the device. One at a time.
///
/// A lone appender that leads its own group saves two thread switches. When others arrive meanwhile
/// it hands over to the log's thread, which then stays while groups keep coming.
final class Leadership implements Worker {
  private static final int LINGER_YIELDS = 400;
  private static final long LINGER_NANOS = 100_000;

  private final AppendLock lock;
  private final Appender appender;
  private final WindowRing ring;
  private final GroupCommitter committer;
  private final SyncPolicy policy;
  private final IoQueue queue;
  private final Scheduler scheduler;
  private final long markNanos;
  private final AtomicBoolean led = new AtomicBoolean();
  private volatile boolean work;

  /// How many appends are worth waking a leader that sleeps in the queue; 0 when none does.
  private volatile int wakeAt;

  private volatile boolean wakeUp;
  private volatile boolean timerArmed;

  /// The log's thread goes on leading in its next step: operations are in flight. Touched by it
  /// alone, and by who comes when it has ended.
  private boolean leads;

  private long seqAtTimer;
  private long idleSince;

  Leadership(
      AppendLock lock,
      Appender appender,
      WindowRing ring,
      GroupCommitter committer,
      SyncPolicy policy,
      IoQueue queue,
      Machine machine,
      WalOptions options) {
    this.lock = lock;
    this.appender = appender;
    this.ring = ring;
    this.committer = committer;
    this.policy = policy;
    this.queue = queue;
    this.scheduler = machine.scheduler();
    this.markNanos = options.idleMarkDelay().toNanos();
  }

  /// Notes that the log's thread has something to look at.
  void noteWork() {
    if (!work) {
      work = true;
    }
  }

  /// Returns whether somebody noted work, and forgets it.
  boolean takeWork() {
    if (work) {
      work = false;
      return true;
    }
    return false;
  }

  /// Appends were accepted, under the append lock: a leader that sleeps in the queue may have a
  /// group to send now.
  void noteAccepted(Window active) {
    int worth = wakeAt;
    if (worth != 0
        && (ring.firstClosed() != null
            || (active.batches >= worth && policy.writeDue(active.seq)))) {
      wakeAt = 0;
      wakeUp = true;
    }
  }

  /// Wakes the leader in the queue if [#noteAccepted] found that it should be; without the lock.
  void wakeSleeper() {
    if (wakeUp) {
      wakeUp = false;
      queue.wake();
    }
  }

  /// Returns whether the leader has nothing to do before an operation ended, or somebody woke it
  /// because there is a group to send beside it.
  private boolean mustSleep() {
    if (!committer.hasRoom()) {
      return true;
    }
    wakeAt = Math.max(1, committer.gathering().expected());
    return !committer.complete();
  }

  /// Sleeps until an operation has ended or somebody woke the leader.
  @Override
  public void awaitOperation() {
    queue.await();
  }

  /// Returns whether the log's thread sleeps without a deadline, so that nobody would mark an idle
  /// log.
  boolean needsTimer() {
    return !timerArmed;
  }

  /// Leads until this group is durable or the log failed; returns false when somebody else leads or
  /// the caller may not.
  boolean lead(Waiters waiters, long seq) {
    if (committer.gathering().crowded()
        || !queue.callerMayLead()
        || Thread.currentThread().isVirtual()
        || !tryLead()) {
      return false;
    }
    try {
      while (waiters.durableSeq() < seq && committer.failure() == null) {
        if (committer.run(seq) && mustSleep()) {
          awaitOperation();
        }
        wakeAt = 0;
      }
    } catch (RuntimeException | AssertionError e) {
      failBy(e);
      throw e;
    } finally {
      led.set(false);
    }
    if (pending()) {
      noteWork();
    }
    return true;
  }

  private boolean tryLead() {
    return led.compareAndSet(false, true);
  }

  /// The log's thread.
  @Override
  public long step() {
    try {
      return lookAndLead();
    } catch (RuntimeException | AssertionError e) {
      failBy(e);
      throw e;
    }
  }

  /// A defect of ours must not leave callers waiting for a group that nobody writes, nor a close
  /// waiting for one that never ends.
  private void failBy(Throwable defect) {
    committer.failNow(
        "run the log",
        new StorageException(
            "commit", appender.segment().file().path(), defect.toString(), defect));
  }

  private long lookAndLead() {
    work = false;
    wakeAt = 0;
    if (!leads && !tryLead()) {
      return Worker.UNTIL_WOKEN; // Who leads wakes us when something is left.
    }
    leads = false;
    boolean busy;
    try {
      busy = committer.runWithOthers();
      while (!busy && linger()) {
        busy = committer.runWithOthers();
      }
      if (!busy) {
        busy = markIfIdle();
      }
      leads = busy;
    } finally {
      if (!leads) {
        led.set(false);
      }
    }
    if (leads) {
      return mustSleep() ? Worker.UNTIL_OPERATION : 0;
    }
    if (committer.failure() != null) {
      timerArmed = false;
      return Worker.UNTIL_WOKEN;
    }
    if (pending()) {
      return 0;
    }
    long due = policy.nanosUntilDue();
    if (committer.markWanted()) {
      // Over already when something accepted stands in the way: then that is written first.
      long left = idleSince + markNanos - policy.nanoTime();
      due = Math.min(due, left > 0 ? left : markNanos);
    }
    timerArmed = due != Worker.UNTIL_WOKEN;
    return due;
  }

  /// Those whom the last group woke are about to append again: staying saves the two thread
  /// switches of going to sleep now.
  private boolean linger() {
    Gathering gathering = committer.gathering();
    if (!gathering.crowded() || committer.failure() != null) {
      gathering.goWithoutOthers();
      return false;
    }
    long started = policy.nanoTime();
    long limit = Math.min(LINGER_NANOS, committer.lastSyncNanos());
    for (int i = 0; i < LINGER_YIELDS; i++) {
      if (committer.complete()) {
        return true;
      }
      scheduler.pause();
      if (policy.nanoTime() - started > limit) {
        break;
      }
    }
    gathering.goWithoutOthers();
    return pending();
  }

  /// Marks the end of a log that has been idle since the timer was set.
  private boolean markIfIdle() {
    if (!committer.markWanted()) {
      return false;
    }
    long seq = committer.durable().seq;
    long now = policy.nanoTime();
    if (seq != seqAtTimer) {
      seqAtTimer = seq;
      idleSince = now;
      return false;
    }
    return now - idleSince >= markNanos && mark(0);
  }

  private boolean mark(int flags) {
    lock.lock();
    try {
      appender.promise(committer.durable().segment, committer.durable().position);
      long seq = appender.nextSeq();
      if (!appender.encodeMark(flags)) {
        return false;
      }
      committer.marked(seq);
      policy.demand(seq);
    } finally {
      lock.unlock();
    }
    return committer.run(Long.MAX_VALUE);
  }

  /// Writes the MARK of a clean close; the log's thread has stopped and every group is durable.
  boolean markClosed() {
    while (!leads && !tryLead()) {
      Thread.onSpinWait();
    }
    leads = false;
    try {
      mark(Layout.FLAG_CLOSED);
      while (committer.failure() == null && !committer.drained()) {
        if (committer.run(Long.MAX_VALUE)) {
          queue.await();
        }
      }
      return committer.failure() == null;
    } catch (RuntimeException | AssertionError e) {
      failBy(e);
      throw e;
    } finally {
      led.set(false);
    }
  }

  /// Returns whether a group waits that nobody is at.
  private boolean pending() {
    lock.lock();
    try {
      if (committer.failure() != null) {
        return false;
      }
      Window active = appender.active();
      // What a leader that went had sent behind its own group, too.
      return committer.inFlight()
          || ring.firstClosed() != null
          || (active != null && active.hasFrames() && policy.writeDue(active.seq))
          || committer.syncPending();
    } finally {
      lock.unlock();
    }
  }
}
