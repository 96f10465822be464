// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.Machine;
import dev.seawall.io.Scheduler;
import dev.seawall.io.StorageException;
import dev.seawall.io.Worker;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.events.WalEvents;
import dev.seawall.wal.internal.retention.RetentionSweep;
import dev.seawall.wal.internal.segment.ActiveSegment;
import dev.seawall.wal.internal.segment.Segment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What an open log does behind the appenders' backs: tells of rolls, sweeps by retention, notices
/// a lost lock. Thread-safe.
final class Maintenance implements Worker {
  private static final long RETRY_NANOS = 10_000_000L;
  private static final long PERIOD_NANOS = 1_000_000_000L;

  private final OpenLog log;
  private final WalOptions options;
  private final Machine machine;
  private final RetentionSweep sweep;
  private final CompressionWork compression;
  private final Deque<Segment> rolled = new ArrayDeque<>();
  private final List<ActiveSegment> retired = new ArrayList<>();
  private final Deque<Segment> unindexed = new ArrayDeque<>();
  private final AtomicLong rolls = new AtomicLong();
  private long agingSegment;
  private long agingSince;
  private volatile Scheduler.@Nullable Handle handle;

  Maintenance(OpenLog log, WalOptions options, Machine machine) {
    this.log = log;
    this.options = options;
    this.machine = machine;
    this.sweep = new RetentionSweep(options.retention(), machine.time(), options.listener());
    this.compression = new CompressionWork(log, options);
  }

  void start() {
    handle = machine.scheduler().start("seawall-maintain", Scheduler.Placement.SHARED, this);
  }

  /// Called under the append lock.
  void rolled(Segment sealed, ActiveSegment old) {
    rolls.incrementAndGet();
    synchronized (rolled) {
      rolled.add(sealed);
      retired.add(old);
    }
    wake();
  }

  /// Called under the append lock: the log must not write on.
  void ownershipLost(StorageException cause) {
    log.writer().fail("hold the lock", cause);
  }

  void wake() {
    Scheduler.Handle current = handle;
    if (current != null) {
      current.wake();
    }
  }

  long rolls() {
    return rolls.get();
  }

  @Override
  public long step() {
    Segment sealed;
    synchronized (rolled) {
      sealed = rolled.poll();
    }
    if (sealed != null) {
      Segment next = log.segments().after(sealed.number());
      long nextNumber = next == null ? 0 : next.number();
      WalEvents.segmentRolled(sealed.number(), nextNumber);
      options.listener().rolled(sealed.number(), nextNumber);
      unindexed.add(sealed);
      compression.add(sealed);
      return 0;
    }
    boolean settled = closeRetiredBelow(log.writer().durableSegment());
    settled &= writeSidecars();
    CompressionWork.Left left = compression.step();
    settled &= left != CompressionWork.Left.LATER;
    long idle = settled ? UNTIL_WOKEN : RETRY_NANOS;
    boolean timed = sweep.active() || options.maxSegmentAge().isPresent();
    if (!timed || log.writer().failure() != null) {
      return left == CompressionWork.Left.MORE ? 0 : idle;
    }
    try {
      rollByAge();
      sweep();
    } catch (WalException | StorageException e) {
      // A failed log told its listener; a full disk is met again by the next append.
      return PERIOD_NANOS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNTIL_WOKEN;
    }
    return left == CompressionWork.Left.MORE ? 0 : settled ? PERIOD_NANOS : RETRY_NANOS;
  }

  /// Returns whether none has to wait for its segment to become durable.
  private boolean writeSidecars() {
    while (!unindexed.isEmpty()) {
      Segment sealed = unindexed.element();
      if (log.writer().failure() != null) {
        unindexed.clear();
        return true;
      }
      if (sealed.number() >= log.writer().durableSegment()) {
        return false;
      }
      try {
        if (!log.writeSidecar(sealed)) {
          return false;
        }
      } catch (StorageException e) {
        // Only a cache: seeking reads the segment instead.
        options.listener().sidecarFailed(sealed.number(), e);
      }
      unindexed.remove();
    }
    return true;
  }

  private void sweep() throws WalException, StorageException, InterruptedException {
    if (!sweep.active()) {
      return;
    }
    long keep = sweep.firstIndexToKeep(log.segments(), log.floor(), log.writer().durableSegment());
    if (keep > log.segments().firstIndexKept()) {
      log.dropBelow(keep);
    }
  }

  /// The age counts from when this worker first saw a record in the segment, on the monotonic
  /// clock.
  private void rollByAge() throws WalException, InterruptedException {
    if (options.maxSegmentAge().isEmpty()) {
      return;
    }
    Segment active = log.segments().active();
    long now = machine.time().nanoTime();
    if (log.writer().lastIndex() < active.firstIndex()) {
      agingSegment = 0;
    } else if (agingSegment != active.number()) {
      agingSegment = active.number();
      agingSince = now;
    } else if (now - agingSince >= options.maxSegmentAge().get().toNanos()) {
      agingSegment = 0;
      log.roll();
    }
  }

  void stop() {
    Scheduler.Handle current = handle;
    if (current != null) {
      current.close();
    }
    compression.close();
  }

  /// Closes the files of sealed segments; the writer no longer uses any of them.
  void closeRetired() {
    closeRetiredBelow(Long.MAX_VALUE);
  }

  private boolean closeRetiredBelow(long segment) {
    synchronized (rolled) {
      retired.removeIf(old -> {
        if (old.number() < segment) {
          old.close();
          return true;
        }
        return false;
      });
      return retired.isEmpty();
    }
  }
}
