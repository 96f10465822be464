// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.IoQueue;
import dev.seawall.io.Machine;
import dev.seawall.io.Scheduler;
import dev.seawall.io.StorageException;
import dev.seawall.io.WaitWord;
import dev.seawall.wal.Durability;
import dev.seawall.wal.LogFailedException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalOptions.ClaimLock;
import dev.seawall.wal.internal.codec.RecordPacker;
import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.ActiveSegment;
import dev.seawall.wal.internal.segment.SegmentPool;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The writing half of a log: claims by any thread, one leader at a time that takes groups to the
/// disk, and the waits of both. Thread-safe.
public final class LogWriter implements AutoCloseable {
  /// What the writer asks of the log around it.
  public interface Owner extends Appender.Owner {
    /// Says who keeps most bytes, for the message of a full disk.
    String whoKeepsMost();
  }

  private final AppendLock lock;
  private final WindowRing ring;
  private final Scheduler.Handle poolHandle;
  private final Appender appender;
  private final @Nullable RecordPacker packer;
  private final SyncPolicy policy;
  private final Waiters waiters;
  private final Completions completions;
  private final PayloadChanges changes = new PayloadChanges();
  private final CommitStats stats = new CommitStats();
  private final GroupCommitter committer;
  private final BooleanSupplier failed;
  private final IoQueue queue;
  private final Leadership leadership;
  private final Scheduler.Handle handle;
  private final Admission admission;
  private final AppendStats appendStats = new AppendStats();

  private boolean closed;

  /// Starts writing where recovery ended.
  ///
  /// @param queue on which the active segment's file was opened
  /// @param position where the next frame goes
  /// @param tailBlock the bytes of the last block in front of it
  public LogWriter(
      WalOptions options,
      Machine machine,
      Owner owner,
      SegmentPool pool,
      Scheduler.Handle poolHandle,
      IoQueue queue,
      int epoch,
      ActiveSegment segment,
      long position,
      MemorySegment tailBlock,
      long nextIndex,
      long greatestTimestamp) {
    this.poolHandle = poolHandle;
    this.queue = queue;
    lock = AppendLock.of(options, machine);
    ring = new WindowRing(options.windows(), options.windowBytes());
    waiters = new Waiters(machine.scheduler(), nextIndex - 1);
    appender =
        new Appender(
            ring,
            pool,
            owner,
            waiters::durableSeq,
            queue.depth(options.windowBytes()) > 1,
            epoch,
            segment,
            position,
            nextIndex,
            greatestTimestamp,
            RecordPacker.features(options));
    packer = RecordPacker.of(options, segment.segment().key(), epoch, machine.random());
    policy =
        new SyncPolicy(
            machine.time(), options.writeOutDelay().toNanos(), machine.scheduler().newWaitWord());
    completions = new Completions(options.maxPendingAppends(), options.listener());
    committer =
        new GroupCommitter(
            lock,
            appender,
            tailBlock,
            ring,
            policy,
            waiters,
            completions,
            changes,
            queue,
            machine.time()::nanoTime,
            options.listener(),
            stats,
            options.tailBlock() == WalOptions.TailBlock.PAD);
    failed = () -> committer.failure() != null;
    leadership = new Leadership(lock, appender, ring, committer, policy, queue, machine, options);
    admission =
        new Admission(
            options,
            machine.time(),
            lock,
            appender,
            policy,
            completions,
            committer,
            appendStats,
            owner,
            this::wakeWorkers);
    handle =
        machine
            .scheduler()
            .start("seawall-" + options.prefix(), Scheduler.Placement.DEDICATED, leadership);
  }

  private void wakeWorkers() {
    handle.wake();
    poolHandle.wake();
  }

  /// Appends one record and returns its index; when it returns is the durability's business.
  ///
  /// @param target a callback or future to complete when durable; null when nobody asks
  public long append(
      byte[] payload,
      int offset,
      int length,
      long timestamp,
      Durability durability,
      @Nullable Object target)
      throws WalException, InterruptedException {
    admission.checkLength(length);
    if (packer != null) {
      MemorySegment part = MemorySegment.ofArray(payload).asSlice(offset, length);
      return append(PackedAppends.of(packer, part, timestamp), 1, length, durability, target);
    }
    int crc = Checksums.crc32c(payload, offset, length);
    long index;
    long seq;
    admission.lockWithRoom(Layout.frameBytes(length), durability, target != null);
    try {
      seq = seqOfActive();
      index = appender.encode(payload, offset, length, crc, timestamp, Layout.FLAG_BATCH_END);
      accepted(durability, seq, index, target);
    } finally {
      lock.unlock();
    }
    appendStats.appended(1, length);
    return settle(durability, seq, index, target);
  }

  /// Appends one record from memory.
  public long append(
      MemorySegment payload, long timestamp, Durability durability, @Nullable Object target)
      throws WalException, InterruptedException {
    admission.checkLength(payload.byteSize());
    if (packer != null) {
      PackedAppends packed = PackedAppends.of(packer, payload, timestamp);
      return append(packed, 1, payload.byteSize(), durability, target);
    }
    int crc = Checksums.crc32c(payload, 0, payload.byteSize());
    long index;
    long seq;
    admission.lockWithRoom(Layout.frameBytes(payload.byteSize()), durability, target != null);
    try {
      seq = seqOfActive();
      index = appender.encode(payload, crc, timestamp, Layout.FLAG_BATCH_END);
      accepted(durability, seq, index, target);
    } finally {
      lock.unlock();
    }
    appendStats.appended(1, payload.byteSize());
    return settle(durability, seq, index, target);
  }

  /// Appends a batch, all or nothing, and returns the index of its last record.
  public long append(
      RecordList batch, long timestamp, Durability durability, @Nullable Object target)
      throws WalException, InterruptedException {
    if (batch.size() == 0) {
      throw new IllegalArgumentException("append: the batch is empty");
    }
    if (packer != null) {
      PackedAppends packed = PackedAppends.of(packer, batch, timestamp);
      admission.checkBatch(packed.frameBytes());
      return append(packed, batch.size(), batch.payloadBytes(), durability, target);
    }
    admission.checkBatch(batch.frameBytes());
    long index;
    long seq;
    admission.lockWithRoom(batch.frameBytes(), durability, target != null);
    try {
      index = batch.encode(appender, timestamp);
      seq = seqOfActive();
      accepted(durability, seq, index, target);
    } finally {
      lock.unlock();
    }
    appendStats.appended(batch.size(), batch.payloadBytes());
    return settle(durability, seq, index, target);
  }

  private long append(
      PackedAppends packed,
      int records,
      long payloadBytes,
      Durability durability,
      @Nullable Object target)
      throws WalException, InterruptedException {
    long index;
    long seq;
    admission.lockWithRoom(packed.frameBytes(), durability, target != null);
    try {
      index = packed.encode(appender);
      seq = seqOfActive();
      accepted(durability, seq, index, target);
    } finally {
      lock.unlock();
    }
    appendStats.appended(records, payloadBytes);
    return settle(durability, seq, index, target);
  }

  private long seqOfActive() {
    Window window = appender.active();
    if (window == null) {
      throw new AssertionError("no room");
    }
    return window.seq;
  }

  private void accepted(Durability durability, long seq, long index, @Nullable Object target)
      throws LogFailedException {
    if (committer.failure() != null) {
      throw admission.failed(); // A mapping did not take it.
    }
    if (target != null) {
      completions.add(seq, index, target);
    }
    if (policy.accepted(durability, seq, appender.claimedBytes())
        || ring.firstClosed() != null
        || (target != null && durability instanceof Durability.Synced)) {
      leadership.noteWork();
    }
    leadership.noteAccepted(Objects.requireNonNull(appender.active()));
  }

  /// After the claim: wakes the log's thread when it should look, waits when the caller asked for
  /// it.
  private long settle(Durability durability, long seq, long index, @Nullable Object target)
      throws WalException, InterruptedException {
    leadership.wakeSleeper();
    if (target == null && durability instanceof Durability.Synced) {
      awaitDurable(seq);
      WalException changed = changes.take(index);
      if (changed != null) {
        throw changed;
      }
    } else if (leadership.takeWork() || committer.failure() != null) {
      handle.wake();
    }
    return index;
  }

  private void awaitDurable(long seq) throws WalException, InterruptedException {
    if (leadership.lead(waiters, seq)) {
      if (leadership.takeWork() || leadership.needsTimer()) {
        handle.wake();
      }
    } else {
      handle.wake();
      waiters.await(seq, failed);
    }
    if (waiters.durableSeq() < seq) {
      throw admission.failed();
    }
  }

  /// Waits until everything accepted before the call is durable.
  public void sync() throws WalException, InterruptedException {
    awaitDurable(demandAll(policy::demand));
  }

  /// Waits until everything accepted before the call is with the operating system.
  public void flush() throws WalException, InterruptedException {
    long seq = demandAll(policy::demandWrite);
    handle.wake();
    waiters.awaitWritten(seq, policy.space(), failed);
    if (waiters.writtenSeq() < seq) {
      throw admission.failed();
    }
  }

  private long demandAll(LongConsumer demand) throws WalException {
    lock.lock();
    try {
      if (committer.failure() != null) {
        throw admission.failed();
      }
      Window active = appender.active();
      long seq = active != null && active.hasFrames() ? active.seq : appender.nextSeq() - 1;
      demand.accept(seq);
      return seq;
    } finally {
      lock.unlock();
    }
  }

  /// Seals the active segment if it holds a record; the seal is durable when this returns.
  public void roll() throws WalException, InterruptedException {
    admission.roll();
    sync();
  }

  /// Writes the log state as it is now and waits until it is durable.
  public void writeState() throws WalException, InterruptedException {
    long seq;
    admission.lockWithRoomForState(locked(appender::stateBytes));
    try {
      appender.encodeState();
      seq = seqOfActive();
      policy.demand(seq);
    } finally {
      lock.unlock();
    }
    awaitDurable(seq);
  }

  /// Writes the commit point of a suffix truncation and waits until it is durable.
  public void writeCut(ControlFrames.Cut cut) throws WalException, InterruptedException {
    long seq;
    admission.lockWithRoom(
        Layout.CUT_FRAME + 2L * Layout.STATE_FRAME_MAX + 2L * Layout.BLOCK,
        Durability.SYNCED,
        false);
    try {
      appender.encodeCut(cut);
      seq = seqOfActive();
      policy.demand(seq);
    } finally {
      lock.unlock();
    }
    awaitDurable(seq);
  }

  /// Stops appends and the log's thread; whatever is accepted by now is durable already.
  public void halt() {
    lock.lock();
    try {
      admission.close();
    } finally {
      lock.unlock();
    }
    handle.close();
  }

  /// Stops appends, makes everything durable, marks the end, and stops the log's thread. The active
  /// file stays open.
  ///
  /// @return whether everything accepted is durable
  public boolean stop() throws InterruptedException {
    boolean clean = false;
    try {
      long seq = demandAll(policy::demand);
      lock.lock();
      try {
        admission.close();
      } finally {
        lock.unlock();
      }
      awaitDurable(Math.max(seq, demandAll(policy::demand)));
      clean = true;
    } catch (WalException e) {
      admission.close();
    }
    handle.close();
    if (clean) {
      clean = leadership.markClosed();
    }
    policy.spaceFreed();
    waiters.wakeAll();
    return clean;
  }

  @Override
  public void close() {
    admission.close();
    if (closed) {
      return;
    }
    closed = true;
    handle.close();
    queue.close();
    appender.segment().close();
    waiters.close();
    policy.space().close();
  }

  /// The pool has news: those who wait for a segment look again.
  public void poolChanged() {
    policy.spaceFreed();
  }

  /// Fails the log for good.
  public void fail(String operation, StorageException cause) {
    committer.failNow(operation, cause);
    handle.wake();
  }

  /// Returns the failure; null while the log works.
  public @Nullable LogFailedException failure() {
    return committer.failure();
  }

  /// Returns the last durable record.
  public long durableIndex() {
    return waiters.durableIndex();
  }

  /// Returns the last record handed to the file.
  public long writtenIndex() {
    return waiters.writtenIndex();
  }

  /// Returns the last accepted record.
  public long lastIndex() {
    lock.lock();
    try {
      return appender.nextIndex() - 1;
    } finally {
      lock.unlock();
    }
  }

  /// Returns the word that moves with the durable index; for readers that follow the tail.
  public WaitWord durableWord() {
    return waiters.progress();
  }

  /// Copies accepted bytes that are not yet on their way to the file; returns how many.
  public long copyAccepted(long segmentNumber, long from, MemorySegment target) {
    lock.lock();
    try {
      return appender.copyAccepted(segmentNumber, from, target);
    } finally {
      lock.unlock();
    }
  }

  /// Returns the segment number below which everything is sealed and durable.
  public long durableSegment() {
    lock.lock();
    try {
      return appender.durable().segment();
    } finally {
      lock.unlock();
    }
  }

  /// Runs under the append lock.
  public <T> T locked(Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }

  /// Returns which lock callers claim under.
  public ClaimLock claimLock() {
    return lock.kind();
  }

  /// Returns the counters of the committer.
  public CommitStats commitStats() {
    return stats;
  }

  /// Returns the counters of the callers.
  public AppendStats appendStats() {
    return appendStats;
  }
}
