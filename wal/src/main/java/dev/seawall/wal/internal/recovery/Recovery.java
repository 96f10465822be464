// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.RecoveryReport;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.segment.ActiveSegment;
import dev.seawall.wal.internal.segment.CompressedSegments;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import dev.seawall.wal.internal.segment.SegmentPool;
import dev.seawall.wal.internal.segment.SegmentSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes a log that was found ready for its first append: what is kept becomes durable, the epoch
/// grows, left-overs go. Confined to one thread; one use.
public final class Recovery {
  private static final int CHUNK = 1 << 20;

  private final SegmentFiles files;
  private final Machine machine;
  private final SegmentPool pool;
  private final IoQueue queue;
  private final long startedNanos;
  private final List<String> removed = new ArrayList<>();
  private long rewrittenBytes;

  /// @param pool gives segments; its worker must not run yet
  /// @param queue on which the active segment's file is opened
  public Recovery(
      SegmentFiles files, Machine machine, SegmentPool pool, IoQueue queue, long startedNanos) {
    this.files = files;
    this.machine = machine;
    this.pool = pool;
    this.queue = queue;
    this.startedNanos = startedNanos;
  }

  /// Makes a new log in a directory without one.
  public Recovered create(List<SegmentFiles.Entry> orphans) throws StorageException {
    LogState none = new LogState(1, 1, 0, 1, 0, 0, 0, 0, 0, new TreeMap<>());
    Start start = begin(none, 1, 1, Promise.NONE);
    clean(orphans);
    return new Recovered(
        new SegmentSet(List.of(start.active.segment()), 1),
        start.active,
        start.position,
        start.tailBlock,
        0,
        Long.MIN_VALUE,
        1,
        start.state,
        report(RecoveryReport.Verdict.NEW, 1, 0, List.of(), 1, null));
  }

  /// Goes on with a log that was found.
  public Recovered resume(LogImage image) throws StorageException {
    int epoch = Math.toIntExact(Math.addExact(image.highestEpoch(), 1));
    Segment tail = image.tail();
    List<Segment> segments = new ArrayList<>(image.sealed());
    LogState state = image.state();
    CompressedSegments.expand(files, tail.path());
    StorageFile file = files.files().open(tail.path(), FileSystem.OpenMode.WRITE, queue);
    Start start;
    boolean done = false;
    try {
      if (image.unfinished() == null) {
        makeDurable(file, image);
      }
      int frame = image.unfinished() == null ? Layout.EPOCH_FRAME : Layout.STATE_FRAME_MAX;
      boolean fits = image.cut() + frame + Layout.SEAL_FRAME <= tail.fileBytes();
      if (image.seal() == null && fits) {
        start = writeEpoch(file, image, epoch);
        done = true;
      } else {
        start = goOnInNext(file, image, epoch, segments);
      }
    } finally {
      if (!done) {
        file.close();
      }
    }
    finishTruncation(image);
    clean(image.orphans());
    segments.add(start.active.segment());
    return new Recovered(
        new SegmentSet(segments, state.firstIndexKept()),
        start.active,
        start.position,
        start.tailBlock,
        image.lastIndex(),
        start.active.segment().number() == tail.number()
            ? image.greatestTimestamp()
            : Long.MIN_VALUE,
        epoch,
        start.state,
        report(
            image.torn() == null ? RecoveryReport.Verdict.CLEAN : RecoveryReport.Verdict.TORN,
            state.firstIndexKept(),
            image.lastIndex(),
            segments,
            epoch,
            image.torn()));
  }

  /// Where appends start.
  private record Start(
      ActiveSegment active, long position, MemorySegment tailBlock, LogState state) {}

  /// Readable is not durable: the page cache of a killed process, or one that a failed sync left
  /// clean, dies with the power. What stands behind the last promise is therefore written again,
  /// not only synced.
  private void makeDurable(StorageFile file, LogImage image) throws StorageException {
    long promised =
        image.promise().segment() == image.tail().number()
            ? image.promise().position()
            : Layout.FIRST_FRAME;
    if (promised >= image.cut()) {
      return;
    }
    long from = Layout.blockFloor(promised);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(CHUNK, Layout.BLOCK);
      while (from < image.cut()) {
        long bytes = Math.min(CHUNK, Layout.blockCeiling(image.cut()) - from);
        MemorySegment part = chunk.asSlice(0, bytes);
        SegmentFiles.readFully(file, from, part);
        if (from + bytes > image.cut()) {
          part.asSlice(image.cut() - from).fill((byte) 0);
        }
        file.write(from, part);
        from += bytes;
      }
    }
    file.sync();
    machine.files().syncDirectory(files.directory());
    rewrittenBytes = image.cut() - promised;
  }

  private Start writeEpoch(StorageFile file, LogImage image, int epoch) throws StorageException {
    long floor = Layout.blockFloor(image.cut());
    boolean restate = image.unfinished() != null;
    long end = image.cut() + (restate ? Layout.STATE_FRAME_MAX : Layout.EPOCH_FRAME);
    MemorySegment blocks = Arena.ofAuto().allocate(Layout.blockCeiling(end) - floor, Layout.BLOCK);
    SegmentFiles.readFully(file, floor, blocks);
    long at = image.cut() - floor;
    blocks.asSlice(at).fill((byte) 0);
    ActiveSegment active = ActiveSegment.of(image.tail(), file);
    Promise promise = new Promise(image.tail().number(), image.cut());
    // What a suffix truncation cuts off may hold the last log state, so that is restated; else the
    // epoch is enough.
    long written =
        restate
            ? ControlFrames.state(
                blocks,
                at,
                active.seed(),
                image.cut(),
                epoch,
                image.lastIndex() + 1,
                promise,
                image.state())
            : ControlFrames.epoch(
                blocks, at, active.seed(), image.cut(), epoch, promise, image.lastIndex());
    end = image.cut() + written;
    writeAndLook(file, floor, blocks);
    return new Start(active, end, tailOf(blocks, floor, end), image.state());
  }

  /// Writes, syncs and reads back: what stands on these few blocks decides what the log is, so a
  /// disk that put them elsewhere is found now.
  private static void writeAndLook(StorageFile file, long position, MemorySegment blocks)
      throws StorageException {
    file.write(position, blocks);
    file.sync();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment back = arena.allocate(blocks.byteSize(), Layout.BLOCK);
      SegmentFiles.readFully(file, position, back);
      if (back.mismatch(blocks) != -1) {
        throw new StorageException(
            "write",
            file.path(),
            "position "
                + position
                + ": the write and its sync succeeded, and other bytes stand there: the disk loses"
                + " or misplaces writes. Replace it, and restore the log from a copy",
            null);
      }
    }
  }

  private static MemorySegment tailOf(MemorySegment blocks, long base, long end) {
    return blocks.asSlice(Layout.blockFloor(end) - base, end - Layout.blockFloor(end));
  }

  /// The tail is sealed, or has no room for an epoch: the next segment's first frame raises it.
  private Start goOnInNext(StorageFile tailFile, LogImage image, int epoch, List<Segment> segments)
      throws StorageException {
    Segment tail = image.tail();
    long end = image.cut();
    SegmentFiles.Entry successor = image.successor();
    LogState old = image.state();
    if (image.seal() == null || successor == null) {
      SegmentPool.Prepared prepared = prepare();
      end = writeSeal(tailFile, image, prepared.header().number());
      segments.add(
          tail.seal(
              end, image.lastIndex(), image.greatestTimestamp(), machine.time().wallMillis()));
      return begin(prepared, stateAfter(old, tail, end), epoch, image.lastIndex() + 1, end);
    }
    ControlFrames.Seal seal = Objects.requireNonNull(image.seal());
    segments.add(tail.seal(end, image.lastIndex(), seal.greatestTimestamp(), seal.sealedMillis()));
    SegmentHeader header = header(successor);
    SegmentPool.Prepared prepared =
        new SegmentPool.Prepared(
            successor.path(),
            header,
            files.files().open(successor.path(), FileSystem.OpenMode.WRITE, queue),
            null);
    return begin(prepared, stateAfter(old, tail, end), epoch, image.lastIndex() + 1, end);
  }

  private SegmentHeader header(SegmentFiles.Entry entry) throws StorageException {
    try {
      return files.header(entry, queue);
    } catch (WalException e) {
      throw new StorageException("open", entry.path(), String.valueOf(e.getMessage()), e);
    }
  }

  private long writeSeal(StorageFile file, LogImage image, long successor) throws StorageException {
    long floor = Layout.blockFloor(image.cut());
    long end = image.cut() + Layout.SEAL_FRAME;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment blocks = arena.allocate(Layout.blockCeiling(end) - floor, Layout.BLOCK);
      SegmentFiles.readFully(file, floor, blocks);
      long at = image.cut() - floor;
      blocks.asSlice(at).fill((byte) 0);
      ControlFrames.seal(
          blocks,
          at,
          image.tail().key().seed(),
          image.cut(),
          Math.toIntExact(image.epoch()),
          image.tail().number(),
          image.cut(),
          new ControlFrames.Seal(
              image.tail().firstIndex(),
              image.lastIndex(),
              image.greatestTimestamp(),
              successor,
              machine.time().wallMillis()));
      writeAndLook(file, floor, blocks);
    }
    return end;
  }

  private static LogState stateAfter(LogState old, Segment tail, long end) {
    return new LogState(
        old.firstIndexKept(),
        old.firstSegmentKept(),
        old.highestSegment(),
        0,
        tail.number(),
        tail.key().salt(),
        end,
        tail.firstIndex(),
        old.checkpoint(),
        old.pins());
  }

  private SegmentPool.Prepared prepare() throws StorageException {
    SegmentPool.Prepared prepared = pool.take(Layout.BLOCK);
    while (prepared == null) {
      pool.step();
      prepared = pool.take(Layout.BLOCK);
    }
    return prepared;
  }

  private Start begin(LogState state, int epoch, long firstIndex, Promise promise)
      throws StorageException {
    return begin(prepare(), state, epoch, firstIndex, promise.position());
  }

  /// Writes the first frame of a segment and syncs it.
  private Start begin(
      SegmentPool.Prepared prepared,
      LogState before,
      int epoch,
      long firstIndex,
      long predecessorEnd)
      throws StorageException {
    LogState state =
        new LogState(
            before.firstIndexKept(),
            before.predecessor() == 0 ? prepared.header().number() : before.firstSegmentKept(),
            Math.max(before.highestSegment(), pool.highestNumber()),
            firstIndex,
            before.predecessor(),
            before.predecessorSalt(),
            before.predecessorEnd(),
            before.predecessorFirstIndex(),
            before.checkpoint(),
            before.pins());
    ActiveSegment active =
        ActiveSegment.of(
            new Segment(prepared.path(), prepared.header(), firstIndex), prepared.file());
    MemorySegment blocks =
        Arena.ofAuto().allocate(Layout.blockCeiling(Layout.STATE_FRAME_MAX), Layout.BLOCK);
    int bytes =
        ControlFrames.state(
            blocks,
            0,
            active.seed(),
            Layout.FIRST_FRAME,
            epoch,
            firstIndex,
            before.predecessor() == 0
                ? Promise.NONE
                : new Promise(before.predecessor(), predecessorEnd),
            state);
    MemorySegment used = blocks.asSlice(0, Layout.blockCeiling(bytes));
    writeAndLook(prepared.file(), Layout.FIRST_FRAME, used);
    long position = (long) Layout.FIRST_FRAME + bytes;
    return new Start(active, position, tailOf(used, Layout.FIRST_FRAME, position), state);
  }

  /// Removes the segments behind the cut; the one that holds the CUT frame goes last, and only when
  /// the others are gone for good: until then it makes the next open finish the work.
  private void finishTruncation(LogImage image) throws StorageException {
    List<SegmentFiles.Entry> beyond = image.beyondCut();
    if (beyond.isEmpty()) {
      return;
    }
    for (SegmentFiles.Entry entry : beyond.subList(0, beyond.size() - 1)) {
      remove(entry);
    }
    machine.files().syncDirectory(files.directory());
    remove(beyond.getLast());
    machine.files().syncDirectory(files.directory());
  }

  private void clean(List<SegmentFiles.Entry> orphans) throws StorageException {
    for (SegmentFiles.Entry orphan : orphans) {
      remove(orphan);
    }
    if (!orphans.isEmpty()) {
      machine.files().syncDirectory(files.directory());
    }
  }

  private void remove(SegmentFiles.Entry entry) throws StorageException {
    boolean compressed = CompressedSegments.delete(files, entry.path());
    if (!compressed || machine.files().status(entry.path()).isFile()) {
      machine.files().delete(entry.path());
    }
    removed.add(entry.name().fileName());
  }

  private RecoveryReport report(
      RecoveryReport.Verdict verdict,
      long firstIndex,
      long lastIndex,
      List<Segment> segments,
      int epoch,
      LogImage.@Nullable Torn torn) {
    List<String> damaged = new ArrayList<>();
    for (Segment segment : segments) {
      CorruptException cause = segment.damage();
      if (cause != null) {
        damaged.add(segment + ": " + cause.getMessage());
      }
    }
    return new RecoveryReport(
        verdict,
        firstIndex,
        lastIndex,
        Math.max(1, segments.size()),
        epoch,
        torn == null ? 0 : torn.bytes(),
        torn == null ? 0 : torn.frames(),
        torn == null ? 0 : torn.firstIndex(),
        rewrittenBytes,
        damaged,
        removed,
        machine.time().nanoTime() - startedNanos);
  }
}
