// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.DiskFullException;
import dev.seawall.io.StorageException;
import dev.seawall.io.TimeSource;
import dev.seawall.io.WaitWord;
import dev.seawall.wal.Durability;
import dev.seawall.wal.LogFailedException;
import dev.seawall.wal.LogFullException;
import dev.seawall.wal.Overload;
import dev.seawall.wal.RejectedException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.segment.ActiveSegment;

/// Lets a claim in when there is room for it, and makes it wait or refuses it when there is not:
/// the bound of the queue. Thread-safe.
final class Admission {
  private final WalOptions options;
  private final TimeSource time;
  private final AppendLock lock;
  private final Appender appender;
  private final SyncPolicy policy;
  private final Completions completions;
  private final GroupCommitter committer;
  private final AppendStats appendStats;
  private final LogWriter.Owner owner;
  private final Runnable wakeWorkers;
  private volatile boolean closing;

  Admission(
      WalOptions options,
      TimeSource time,
      AppendLock lock,
      Appender appender,
      SyncPolicy policy,
      Completions completions,
      GroupCommitter committer,
      AppendStats appendStats,
      LogWriter.Owner owner,
      Runnable wakeWorkers) {
    this.options = options;
    this.time = time;
    this.lock = lock;
    this.appender = appender;
    this.policy = policy;
    this.completions = completions;
    this.committer = committer;
    this.appendStats = appendStats;
    this.owner = owner;
    this.wakeWorkers = wakeWorkers;
  }

  /// Refuses every later claim.
  void close() {
    closing = true;
  }

  /// Refuses a record that is too long.
  void checkLength(long length) throws RejectedException {
    if (length > options.maxRecordBytes()) {
      appendStats.rejected();
      throw new RejectedException(
          "append a record of "
              + length
              + " bytes: the limit is "
              + options.maxRecordBytes()
              + " (maxRecordBytes)",
          null);
    }
  }

  /// Refuses a batch whose frames are too long.
  void checkBatch(long frameBytes) throws RejectedException {
    if (frameBytes > options.maxBatchBytes()) {
      throw new RejectedException(
          "append a batch of "
              + frameBytes
              + " bytes: the limit is "
              + options.maxBatchBytes()
              + " (maxBatchBytes)",
          null);
    }
  }

  /// Takes the append lock with room for `need` bytes; waits for room by the overload rule.
  void lockWithRoom(long need, Durability durability, boolean callback)
      throws WalException, InterruptedException {
    lockWithRoom(need, 0, durability, callback);
  }

  /// The same for a log state, which may use some of what is kept free at the end of a segment.
  void lockWithRoomForState(long need) throws WalException, InterruptedException {
    lockWithRoom(need, ActiveSegment.STATE_RESERVE, Durability.SYNCED, false);
  }

  private void lockWithRoom(long need, long beyond, Durability durability, boolean callback)
      throws WalException, InterruptedException {
    long startedNanos = 0;
    while (true) {
      WaitWord space = policy.space();
      int seen = space.value();
      lock.lock();
      boolean held = true;
      boolean behind = false;
      LogFullException told = null;
      try {
        checkOpen();
        Appender.Room room = admit(need, beyond, durability, callback);
        if (room == Appender.Room.READY) {
          held = false;
          return;
        }
        if (room == Appender.Room.SEGMENT) {
          appendStats.preparationWait();
          behind = startedNanos == 0;
        } else {
          appendStats.queueWait();
        }
      } catch (LogFullException full) {
        told = full;
      } finally {
        if (held) {
          lock.unlock();
        }
      }
      wakeWorkers.run();
      if (told != null) {
        options.listener().diskFull(told);
        throw told;
      }
      if (behind) {
        options.listener().preparationBehind();
      }
      startedNanos = waitForRoom(space, seen, startedNanos);
    }
  }

  /// Seals the active segment; waits for the next one by the overload rule.
  void roll() throws WalException, InterruptedException {
    long startedNanos = 0;
    while (true) {
      WaitWord space = policy.space();
      int seen = space.value();
      lock.lock();
      try {
        checkOpen();
        if (appender.rollNow() == Appender.Room.READY) {
          return;
        }
      } catch (StorageException e) {
        throw notPrepared(e);
      } finally {
        lock.unlock();
      }
      wakeWorkers.run();
      startedNanos = waitForRoom(space, seen, startedNanos);
    }
  }

  private Appender.Room admit(long need, long beyond, Durability durability, boolean callback)
      throws WalException {
    // Only a sync makes room for these; a window comes free when it is written.
    if ((callback && completions.full()) || policy.overLimit(durability, appender.claimedBytes())) {
      policy.demand(appender.nextSeq());
      return Appender.Room.WINDOW;
    }
    try {
      Appender.Room room = appender.room(need, beyond);
      if (room == Appender.Room.SEAL) {
        policy.demand(appender.nextSeq() - 1);
      }
      return room;
    } catch (StorageException e) {
      throw notPrepared(e);
    }
  }

  private WalException notPrepared(StorageException cause) {
    if (cause instanceof DiskFullException) {
      return new LogFullException(
          "append: no room to prepare the next segment ("
              + cause.getMessage()
              + "). "
              + owner.whoKeepsMost()
              + ". Free space, or truncate the log; appends then succeed again",
          cause);
    }
    committer.failNow("prepare the next segment", cause);
    return failed();
  }

  private long waitForRoom(WaitWord space, int seen, long startedNanos)
      throws RejectedException, InterruptedException {
    long now = time.nanoTime();
    long started = startedNanos == 0 ? now : startedNanos;
    long remaining =
        switch (options.overload()) {
          case Overload.Reject reject -> 0;
          case Overload.Block block -> block.deadline().toNanos() - (now - started);
        };
    if (remaining <= 0) {
      appendStats.rejected();
      throw new RejectedException(
          "append: the queue stayed full ("
              + options.windows()
              + " windows of "
              + options.windowBytes()
              + " bytes, "
              + options.maxPendingAppends()
              + " pending appends); the disk is slower than the callers. Retry later, or raise the"
              + " limits",
          null);
    }
    space.await(seen, remaining);
    return started;
  }

  void checkOpen() throws WalException {
    if (committer.failure() != null) {
      throw failed();
    }
    if (closing) {
      throw new RejectedException("append: the log is closed", null);
    }
  }

  LogFailedException failed() {
    LogFailedException cause = committer.failure();
    if (cause == null) {
      return new LogFailedException("the log was closed while the append waited", null);
    }
    return new LogFailedException(String.valueOf(cause.getMessage()), cause.getCause());
  }
}
