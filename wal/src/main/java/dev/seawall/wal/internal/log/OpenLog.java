// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.DirectoryLock;
import dev.seawall.io.Machine;
import dev.seawall.io.Scheduler;
import dev.seawall.io.StorageException;
import dev.seawall.io.WaitWord;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.LogLockedException;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.RecoveryReport;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.append.LogWriter;
import dev.seawall.wal.internal.events.WalEvents;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.recovery.Recovered;
import dev.seawall.wal.internal.retention.Floor;
import dev.seawall.wal.internal.segment.ActiveSegment;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentCompressor;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentPool;
import dev.seawall.wal.internal.segment.SegmentSet;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A log open for writing. Thread-safe; truncations one at a time.
public final class OpenLog implements LogWriter.Owner, LogView {
  private static final long BUSY_NANOS = 2_000_000_000L;

  private final SegmentFiles files;
  private final WalOptions options;
  private final Machine machine;
  private final DirectoryLock lock;
  private final Floor floor;
  private final RecoveryReport report;
  private final Maintenance maintenance;
  private final Truncation truncation = new Truncation(this);

  private volatile Parts parts;
  private volatile SegmentSet segments;
  private final AtomicLong generation = new AtomicLong();
  private long lastHalfFullNanos;
  private volatile boolean changing;
  private volatile boolean closed;

  /// What a suffix truncation replaces.
  private record Parts(
      SegmentPool pool, Scheduler.Handle poolHandle, LogWriter writer, long epoch) {}

  private OpenLog(SegmentFiles files, WalOptions options, Machine machine, DirectoryLock lock)
      throws StorageException, WalException {
    this.files = files;
    this.options = options;
    this.machine = machine;
    this.lock = lock;
    Startup.Started started = Startup.start(files, options, machine, this::poolChanged);
    this.floor = new Floor(started.state().checkpoint(), started.state().pins());
    this.report = started.report();
    this.segments = started.segments();
    this.maintenance = new Maintenance(this, options, machine);
    this.parts = run(started);
    maintenance.start();
    WalEvents.recovered(report);
    options.listener().recovered(report);
    // After recovery, which has written by now: a file system refuses direct I/O file by file.
    options.listener().backendTaken(machine.files().report());
  }

  /// Opens or creates the log in a directory.
  ///
  /// @throws LogLockedException when another writer holds it
  /// @throws CorruptException when its un-sealed end is damaged
  /// @throws NotALogException when the path is not a directory
  public static OpenLog open(Path directory, WalOptions options, Machine machine)
      throws StorageException, WalException {
    DirectoryLock lock = Startup.lock(directory, machine);
    boolean opened = false;
    try {
      OpenLog log =
          new OpenLog(
              new SegmentFiles(
                  machine.files(), directory, options.prefix(), options.codec().orElse(null)),
              options.withListener(new GuardedListener(options.listener())),
              machine,
              lock);
      opened = true;
      return log;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  private void poolChanged() {
    Parts current = parts;
    if (current != null) {
      current.writer.poolChanged();
    }
  }

  private Parts run(Startup.Started started) {
    Scheduler.Handle poolHandle =
        machine.scheduler().start("seawall-prepare", Scheduler.Placement.SHARED, started.pool());
    Recovered recovered = started.recovered();
    LogWriter writer =
        new LogWriter(
            options,
            machine,
            this,
            started.pool(),
            poolHandle,
            started.queue(),
            recovered.epoch(),
            recovered.active(),
            recovered.position(),
            recovered.tailBlock(),
            recovered.lastIndex() + 1,
            recovered.greatestTimestamp());
    return new Parts(started.pool(), poolHandle, writer, recovered.epoch());
  }

  /// Returns the writing half.
  public LogWriter writer() {
    return parts.writer;
  }

  /// Returns the segments in waiting.
  public SegmentPool pool() {
    return parts.pool;
  }

  /// Returns what opening found and did.
  public RecoveryReport report() {
    return report;
  }

  /// Returns the floor.
  public Floor floor() {
    return floor;
  }

  // --- what the writer asks
  // -----------------------------------------------------------------------------------

  @Override
  public long wallMillis() {
    return machine.time().wallMillis();
  }

  @Override
  public LogState stateNow(Segment active) {
    SegmentSet set = segments;
    List<Segment> all = set.segments();
    Segment before = null;
    for (Segment candidate : all) {
      if (candidate.number() < active.number()) {
        before = candidate;
      }
    }
    return new LogState(
        set.firstIndexKept(),
        all.getFirst().number(),
        Math.max(active.number(), poolHighest()),
        active.firstIndex(),
        before == null ? 0 : before.number(),
        before == null ? 0 : before.key().salt(),
        before == null ? 0 : before.end(),
        before == null ? 0 : before.firstIndex(),
        floor.checkpoint(),
        floor.pins());
  }

  private long poolHighest() {
    Parts current = parts;
    return current == null ? 0 : current.pool.highestNumber();
  }

  @Override
  public void rolled(Segment sealed, ActiveSegment old, ActiveSegment next) {
    segments = segments.roll(sealed, next.segment());
    maintenance.rolled(sealed, old);
    try {
      lock.verifyHeld();
    } catch (StorageException e) {
      maintenance.ownershipLost(e);
    }
  }

  @Override
  public void halfFull() {
    // One ahead, or two when segments fill faster than that: called under the append lock, once a
    // segment.
    long now = machine.time().nanoTime();
    parts.pool.want(now - lastHalfFullNanos < BUSY_NANOS ? 2 : 1);
    lastHalfFullNanos = now;
    parts.poolHandle.wake();
  }

  @Override
  public void storeFailed(StorageException cause) {
    parts.writer.fail("store into the mapping", cause);
  }

  @Override
  public String whoKeepsMost() {
    long first = segments.firstIndexKept();
    Optional<Map.Entry<String, Long>> pin = floor.pinBelow(Long.MAX_VALUE);
    if (pin.isPresent() && (floor.checkpoint() == 0 || pin.get().getValue() < floor.checkpoint())) {
      return "Most is kept by pin '" + pin.get().getKey() + "' at record " + pin.get().getValue();
    }
    return floor.checkpoint() == 0
        ? "No checkpoint was reported: everything from record " + first + " on is kept"
        : "Everything from the checkpoint " + floor.checkpoint() + " on is kept";
  }

  // --- truncation
  // ---------------------------------------------------------------------------------------------

  /// Seals the active segment if it holds a record.
  public void roll() throws WalException, InterruptedException {
    writer().roll();
  }

  /// Drops the records below an index; durable when it returns.
  public void truncatePrefix(long firstIndexKept)
      throws WalException, StorageException, InterruptedException {
    truncation.truncatePrefix(firstIndexKept);
  }

  /// Drops the records above an index; durable when it returns. Appends meanwhile are refused.
  public void truncateSuffix(long lastIndexKept)
      throws WalException, StorageException, InterruptedException {
    truncation.truncateSuffix(lastIndexKept);
  }

  /// Sweeps; returns false when it has to be tried again later.
  boolean dropBelow(long firstIndexKept)
      throws WalException, StorageException, InterruptedException {
    return truncation.dropBelow(firstIndexKept);
  }

  /// Writes the sidecar of a sealed and durable segment; returns false when it has to be tried
  /// again later.
  boolean writeSidecar(Segment sealed) throws StorageException {
    return truncation.writeSidecar(sealed);
  }

  /// Puts a compressed segment in the place of its file; null when that cannot be now, or never.
  SegmentCompressor.@Nullable Outcome compress(SegmentCompressor compressor)
      throws StorageException {
    return truncation.compress(compressor);
  }

  /// Replaces the segments; called under the append lock.
  void segments(SegmentSet changed) {
    segments = changed;
  }

  /// Returns the machine.
  Machine machine() {
    return machine;
  }

  /// Returns the options.
  WalOptions options() {
    return options;
  }

  /// Returns the epoch of the frames written now.
  long epoch() {
    return parts.epoch;
  }

  /// Finds the end anew after the commit point of a suffix truncation, as after a crash, and goes
  /// on from there.
  void reopen(long lastIndexKept) throws WalException, StorageException, InterruptedException {
    changing = true;
    try {
      startAnew(lastIndexKept);
    } finally {
      generation.incrementAndGet();
      changing = false;
    }
  }

  private void startAnew(long lastIndexKept)
      throws WalException, StorageException, InterruptedException {
    Parts old = parts;
    old.writer.halt();
    old.writer.close();
    old.poolHandle.close();
    old.pool.close();
    maintenance.closeRetired();
    Startup.Started started;
    try {
      started = Startup.start(files, options, machine, this::poolChanged);
    } catch (StorageException | WalException e) {
      old.writer.fail(
          "open the log again behind a truncation",
          e instanceof StorageException storage
              ? storage
              : new StorageException("open", files.directory(), String.valueOf(e.getMessage()), e));
      throw e;
    }
    segments = started.segments();
    parts = run(started);
    if (started.recovered().lastIndex() != lastIndexKept) {
      CorruptException lie =
          new CorruptException(
              started.recovered().active().segment().path(),
              started.recovered().position(),
              lastIndexKept,
              "the truncation to "
                  + lastIndexKept
                  + " was written and synced, and the log ends at "
                  + started.recovered().lastIndex()
                  + ": the disk lost a write");
      writer()
          .fail(
              "truncate suffix",
              new StorageException(
                  "write", files.directory(), String.valueOf(lie.getMessage()), lie));
      throw lie;
    }
  }

  // --- what readers ask
  // ---------------------------------------------------------------------------------------

  @Override
  public SegmentSet segments() {
    return segments;
  }

  @Override
  public long visible(Visibility visibility) {
    LogWriter writer = writer();
    return switch (visibility) {
      case DURABLE -> writer.durableIndex();
      case WRITTEN -> writer.writtenIndex();
      case ACCEPTED -> writer.lastIndex();
    };
  }

  @Override
  public long generation() {
    return generation.get();
  }

  @Override
  public boolean changing() {
    return changing;
  }

  @Override
  public SegmentFiles files() {
    return files;
  }

  @Override
  public @Nullable RecordCodec codec() {
    return options.codec().orElse(null);
  }

  @Override
  public long maxRecordBytes() {
    return Layout.MAX_PAYLOAD;
  }

  @Override
  public long copyAccepted(long segment, long position, MemorySegment target) {
    return writer().copyAccepted(segment, position, target);
  }

  @Override
  public void awaitMore(long nanos) throws InterruptedException {
    WaitWord word = writer().durableWord();
    word.await(word.value(), nanos);
  }

  @Override
  public void refresh() {}

  @Override
  public void damaged(CorruptException cause) {
    options.listener().damaged(cause);
  }

  @Override
  public long nanoTime() {
    return machine.time().nanoTime();
  }

  /// Makes everything durable, marks the end and gives the directory back.
  public void close() throws WalException, InterruptedException {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    maintenance.stop();
    Parts current = parts;
    boolean clean = false;
    try {
      clean = current.writer.stop();
    } finally {
      current.poolHandle.close();
      current.writer.close();
      current.pool.close();
      maintenance.closeRetired();
      lock.close();
    }
    var failure = current.writer.failure();
    if (!clean && failure != null) {
      throw failure;
    }
  }

  /// Sets a pin; durable when it returns, unless it only moved up.
  public void pin(String name, long index)
      throws WalException, StorageException, InterruptedException {
    truncation.pin(name, index);
    maintenance.wake();
  }

  /// Removes a pin; durable when it returns.
  public void unpin(String name) throws WalException, StorageException, InterruptedException {
    truncation.unpin(name);
    maintenance.wake();
  }

  /// Raises the checkpoint; it becomes durable with the next log state, at the latest with the next
  /// removal.
  public void checkpoint(long index) {
    floor.checkpoint(index);
    maintenance.wake();
  }

  /// Returns how many segments were sealed.
  public long rolls() {
    return maintenance.rolls();
  }

  /// Returns whether [#close] was called.
  public boolean closed() {
    return closed;
  }
}
