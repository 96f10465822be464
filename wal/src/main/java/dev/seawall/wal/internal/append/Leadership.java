// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.Worker;
import dev.seawall.wal.internal.frame.Layout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/// Who runs the committer: the log's own thread, or an appender that finds nobody at it and may
/// block on the device. One at a time.
///
/// A lone appender that leads its own group saves two thread switches. When others arrive meanwhile
/// it hands over to the log's thread, which then stays while groups keep coming.
final class Leadership {
  private static final int LINGER_YIELDS = 400;
  private static final long LINGER_NANOS = 100_000;

  private final ReentrantLock lock;
  private final Appender appender;
  private final WindowRing ring;
  private final GroupCommitter committer;
  private final SyncPolicy policy;
  private final long markNanos;
  private final AtomicBoolean led = new AtomicBoolean();
  private volatile boolean work;
  private volatile boolean timerArmed;
  private long seqAtTimer;
  private long idleSince;

  Leadership(
      ReentrantLock lock,
      Appender appender,
      WindowRing ring,
      GroupCommitter committer,
      SyncPolicy policy,
      long markNanos) {
    this.lock = lock;
    this.appender = appender;
    this.ring = ring;
    this.committer = committer;
    this.policy = policy;
    this.markNanos = markNanos;
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

  /// Returns whether the log's thread sleeps without a deadline, so that nobody would mark an idle
  /// log.
  boolean needsTimer() {
    return !timerArmed;
  }

  /// Leads until this group is durable or the log failed; returns false when somebody else leads or
  /// the caller may not.
  boolean lead(IoQueue queue, Waiters waiters, long seq) {
    if (committer.crowded()
        || !queue.callerMayLead()
        || Thread.currentThread().isVirtual()
        || !tryLead()) {
      return false;
    }
    try {
      while (waiters.durableSeq() < seq && committer.failure() == null) {
        if (committer.run(seq)) {
          queue.await();
        }
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
  long step() {
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
    if (!tryLead()) {
      return Worker.UNTIL_WOKEN; // Who leads wakes us when something is left.
    }
    boolean busy;
    try {
      busy = committer.runWithOthers();
      while (!busy && linger()) {
        busy = committer.runWithOthers();
      }
      if (!busy) {
        busy = markIfIdle();
      }
    } finally {
      led.set(false);
    }
    if (committer.failure() != null) {
      timerArmed = false;
      return Worker.UNTIL_WOKEN;
    }
    if (busy || pending()) {
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
  @SuppressWarnings("ThreadPriorityCheck") // A hint: nothing depends on who runs next.
  private boolean linger() {
    if (!committer.crowded() || committer.failure() != null) {
      committer.goWithoutOthers();
      return false;
    }
    long started = policy.nanoTime();
    long limit = Math.min(LINGER_NANOS, committer.lastSyncNanos());
    for (int i = 0; i < LINGER_YIELDS; i++) {
      if (committer.complete()) {
        return true;
      }
      Thread.yield();
      if (policy.nanoTime() - started > limit) {
        break;
      }
    }
    committer.goWithoutOthers();
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
  boolean markClosed(IoQueue queue) {
    while (!tryLead()) {
      Thread.onSpinWait();
    }
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
      return ring.firstClosed() != null
          || (active != null && active.hasFrames() && policy.writeDue(active.seq))
          || committer.syncPending();
    } finally {
      lock.unlock();
    }
  }
}
