// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.Backend;
import dev.seawall.io.BackendReport;
import dev.seawall.io.Machine;
import dev.seawall.io.PooledBuffer;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import dev.seawall.wal.internal.append.LogWriter;
import dev.seawall.wal.internal.log.OpenLog;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentSet;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A durable log in a directory: records of opaque bytes, each with a dense index from 1 on. One
/// writer process, any number of threads.
///
/// What is acknowledged as durable is there, byte for byte, after any crash; what was never
/// appended does not appear; damage is reported with its place and never skipped. Thread-safe.
///
/// After a failed write or sync the log is failed for good: every later append throws
/// [LogFailedException] until the log is closed and opened again. At most
/// [dev.seawall.io.IoQueue#depth] groups of acknowledged records stand behind no promise, none when
/// the log is idle or closed; `frame/package-info` says what that means for damaged disks.
public final class WriteAheadLog implements AutoCloseable {
  private final OpenLog log;
  private final WalOptions options;
  private final Machine machine;
  private final @Nullable Machine owned;

  private WriteAheadLog(OpenLog log, WalOptions options, Machine machine, @Nullable Machine owned) {
    this.log = log;
    this.options = options;
    this.machine = machine;
    this.owned = owned;
  }

  /// Opens or creates the log in a directory with the best backend of this machine.
  ///
  /// When it returns, everything that can be read is durable.
  ///
  /// @throws LogLockedException when another writer holds it; the message says who
  /// @throws CorruptException when its un-sealed end is damaged
  /// @throws FormatTooNewException when a newer version wrote it
  /// @throws NotALogException when the path is not a directory
  /// @throws StorageException when the disk fails
  public static WriteAheadLog open(Path directory, WalOptions options)
      throws WalException, StorageException {
    return open(directory, options, Backend.AUTO);
  }

  /// Opens or creates the log with a given backend.
  public static WriteAheadLog open(Path directory, WalOptions options, Backend backend)
      throws WalException, StorageException {
    Machine machine = SystemMachine.open(backend);
    boolean opened = false;
    try {
      WriteAheadLog log =
          new WriteAheadLog(
              OpenLog.open(directory.toAbsolutePath().normalize(), options, machine),
              options,
              machine,
              machine);
      opened = true;
      return log;
    } finally {
      if (!opened) {
        machine.scheduler().close();
      }
    }
  }

  /// Opens or creates the log on a machine of the caller's, real or simulated; the caller closes
  /// that machine.
  public static WriteAheadLog open(Path directory, WalOptions options, Machine machine)
      throws WalException, StorageException {
    return new WriteAheadLog(OpenLog.open(directory, options, machine), options, machine, null);
  }

  /// Appends a record with the log's durability and returns its index; see [Durability] for what
  /// holds then.
  ///
  /// @throws RejectedException when it was refused: too large, the queue stayed full, or the log is
  ///   closed; not appended
  /// @throws LogFullException when there is no room for the next segment; not appended
  /// @throws LogFailedException when the log failed; whether the record is there is known after
  ///   reopening
  /// @throws PayloadChangedException when the caller changed the payload meanwhile
  /// @throws InterruptedException when the caller is interrupted while it waits; the record may
  ///   still become durable
  public long append(byte[] payload) throws WalException, InterruptedException {
    return append(payload, options.durability());
  }

  /// Appends a record with a durability of its own.
  public long append(byte[] payload, Durability durability)
      throws WalException, InterruptedException {
    return writer().append(payload, 0, payload.length, now(), durability, null);
  }

  /// Appends part of an array with a timestamp of the caller's.
  public long append(byte[] payload, int offset, int length, long timestamp, Durability durability)
      throws WalException, InterruptedException {
    Objects.checkFromIndexSize(offset, length, payload.length);
    return writer().append(payload, offset, length, timestamp, durability, null);
  }

  /// Appends a record from memory of any kind.
  public long append(MemorySegment payload, Durability durability)
      throws WalException, InterruptedException {
    return writer().append(payload, now(), durability, null);
  }

  /// Appends the first `length` bytes of a pooled buffer and releases it, as soon as they are
  /// copied and whatever the durability. When this throws, the buffer still belongs to the caller –
  /// unless the record was accepted and only the wait for its durability failed.
  public long append(PooledBuffer buffer, long length, Durability durability)
      throws WalException, InterruptedException {
    long index;
    if (durability instanceof Durability.Synced) {
      CompletableFuture<Void> durable = new CompletableFuture<>();
      index = writer().append(buffer.segment().asSlice(0, length), now(), durability, durable);
      buffer.release();
      awaitDurable(index);
    } else {
      index = writer().append(buffer.segment().asSlice(0, length), now(), durability, null);
      buffer.release();
    }
    return index;
  }

  /// Appends a batch, all or nothing, with the log's durability; returns the index of its last
  /// record.
  public long append(WalBatch batch) throws WalException, InterruptedException {
    return append(batch, options.durability());
  }

  /// Appends a batch, all or nothing.
  public long append(WalBatch batch, Durability durability)
      throws WalException, InterruptedException {
    return writer().append(batch.records(), now(), durability, null);
  }

  /// Accepts a record and returns at once; `callback` is told when it is durable, or that the log
  /// failed. Allocates nothing.
  ///
  /// @param durability how soon it has to be synced; with [Durability#SYNCED] at once
  /// @return the record's index
  public long append(byte[] payload, Durability durability, AppendCallback callback)
      throws WalException, InterruptedException {
    return writer().append(payload, 0, payload.length, now(), durability, callback);
  }

  /// Accepts a batch and returns at once; `callback` is told of its last index.
  public long append(WalBatch batch, Durability durability, AppendCallback callback)
      throws WalException, InterruptedException {
    return writer().append(batch.records(), now(), durability, callback);
  }

  /// Accepts a record and returns at once, with a future for its durability.
  public Appended appendAsync(byte[] payload) throws WalException, InterruptedException {
    return appendAsync(payload, options.durability());
  }

  /// Accepts a record and returns at once, with a future for its durability.
  public Appended appendAsync(byte[] payload, Durability durability)
      throws WalException, InterruptedException {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    long index = writer().append(payload, 0, payload.length, now(), durability, durable);
    return new Appended(index, durable);
  }

  /// Accepts a batch and returns at once, with a future for its durability.
  public Appended appendAsync(WalBatch batch, Durability durability)
      throws WalException, InterruptedException {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    return new Appended(writer().append(batch.records(), now(), durability, durable), durable);
  }

  private LogWriter writer() {
    return log.writer();
  }

  private long now() {
    return machine.time().wallMillis();
  }

  /// Waits until everything accepted before the call is durable, whatever its durability asked for.
  public void sync() throws WalException, InterruptedException {
    writer().sync();
  }

  /// Waits until everything accepted before the call is with the operating system, and asks for no
  /// sync: then the death of the process takes none of it; a loss of power still may.
  ///
  /// @throws LogFailedException when the log failed; of what was accepted nobody can say
  public void flush() throws WalException, InterruptedException {
    writer().flush();
  }

  /// Waits until this record and everything before it is durable; asks for a sync.
  ///
  /// @throws IndexBeyondEndException when no such record was accepted
  public void awaitDurable(long index) throws WalException, InterruptedException {
    if (index > lastIndex()) {
      throw new IndexBeyondEndException(index, lastIndex());
    }
    if (durableIndex() < index) {
      writer().sync();
    }
  }

  /// Seals the active segment, if it holds a record, and goes on in the next one; durable when it
  /// returns.
  public void roll() throws WalException, InterruptedException {
    log.roll();
  }

  /// Opens a reader of durable records from an index on; [#firstIndex] is the lowest that can be
  /// read.
  public WalReader reader(long fromIndex) throws WalException {
    return reader(fromIndex, Visibility.DURABLE);
  }

  /// Opens a reader that sees as far as it asks for.
  ///
  /// @throws IndexTruncatedException when the record was removed
  /// @throws IndexBeyondEndException when the log ends before the record in front of it
  public WalReader reader(long fromIndex, Visibility visibility) throws WalException {
    long first = firstIndex();
    if (fromIndex < first) {
      throw new IndexTruncatedException(fromIndex, first);
    }
    if (fromIndex > lastIndex() + 1) {
      throw new IndexBeyondEndException(fromIndex, lastIndex());
    }
    return new WalReader(log, visibility, fromIndex);
  }

  /// Returns the first record kept; one more than the last when the log is empty.
  public long firstIndex() {
    return log.segments().firstIndexKept();
  }

  /// Returns the last accepted record; `firstIndex() - 1` when there is none.
  public long lastIndex() {
    return writer().lastIndex();
  }

  /// Returns the last durable record. Grows only, but for suffix truncation, and stands on batch
  /// ends only.
  public long durableIndex() {
    return writer().durableIndex();
  }

  /// Drops the records below an index; durable when it returns, files of whole segments go at once.
  ///
  /// @throws TruncationRefusedException when a pin needs one of them; the message names it
  /// @throws IllegalArgumentException when the index is above the durable end
  public void truncatePrefix(long firstIndexKept)
      throws WalException, StorageException, InterruptedException {
    log.truncatePrefix(firstIndexKept);
  }

  /// Drops the records above an index; durable when it returns. New records get the freed indexes.
  /// Appends meanwhile are refused with [RejectedException].
  ///
  /// @throws TruncationRefusedException when a pin counts on one of them
  /// @throws IllegalArgumentException when the index is outside the log
  public void truncateSuffix(long lastIndexKept)
      throws WalException, StorageException, InterruptedException {
    log.truncateSuffix(lastIndexKept);
  }

  /// Keeps every record from an index on until the pin is moved or removed. Durable when it
  /// returns, except for a move upwards, which becomes durable with the next log state.
  ///
  /// @param name 1 to 64 bytes; at most 64 pins
  /// @throws IndexTruncatedException when that record is gone already
  public void pin(String name, long index)
      throws WalException, StorageException, InterruptedException {
    log.pin(name, index);
  }

  /// Removes a pin; durable when it returns.
  public void unpin(String name) throws WalException, StorageException, InterruptedException {
    log.unpin(name);
  }

  /// Returns the pins.
  public SortedMap<String, Long> pins() {
    return log.floor().pins();
  }

  /// Says that the log's owner needs nothing below this index any more.
  public void checkpoint(long index) {
    log.checkpoint(index);
  }

  /// Returns what opening found and did.
  public RecoveryReport recovery() {
    return log.report();
  }

  /// Returns counters and positions; cheap.
  public WalStats stats() {
    SegmentSet set = log.segments();
    LogWriter writer = writer();
    var commits = writer.commitStats();
    var appends = writer.appendStats();
    long last = writer.lastIndex();
    BackendReport backend = machine.files().report();
    return new WalStats(
        backend.name(),
        backend.refused(),
        writer.claimLock(),
        set.firstIndexKept(),
        last,
        writer.durableIndex(),
        writer.writtenIndex(),
        set.segments().size(),
        log.pool().readyCount(),
        set.segments().stream().mapToLong(Segment::fileBytes).sum() + log.pool().readyBytes(),
        appends.records(),
        appends.bytes(),
        commits.groups(),
        commits.syncs(),
        commits.writtenBytes(),
        commits.syncNanosTotal(),
        commits.syncNanosMax(),
        log.rolls(),
        log.pool().recycledCount(),
        appends.preparationWaits(),
        appends.queueWaits(),
        appends.rejectedCount(),
        last - writer.writtenIndex());
  }

  /// Makes everything accepted durable, marks the end, and gives the directory back; idempotent.
  ///
  /// @throws LogFailedException when that could not be done
  @Override
  public void close() throws WalException {
    try {
      log.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogFailedException(
          "close was interrupted before everything was durable; open the log to see what is there",
          e);
    } finally {
      if (owned != null) {
        owned.scheduler().close();
      }
    }
  }

  /// Waits at most this long until a record is durable, without asking for a sync; returns whether
  /// it is.
  public boolean awaitDurable(long index, Duration timeout) throws InterruptedException {
    long deadline = machine.time().nanoTime() + timeout.toNanos();
    while (durableIndex() < index) {
      long left = deadline - machine.time().nanoTime();
      if (left <= 0 || writer().failure() != null) {
        return durableIndex() >= index;
      }
      log.awaitMore(left);
    }
    return true;
  }
}
