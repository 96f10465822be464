// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Walks back from the tail over the sealed segments, reading of each its header, first frame and
/// seal only. A segment that cannot be read is kept as a damaged range; the log opens without it.
/// Confined to one thread.
final class SealedChain {
  private final SegmentFiles files;
  private final IoQueue queue;
  private final long maxRecordBytes;

  SealedChain(SegmentFiles files, IoQueue queue, long maxRecordBytes) {
    this.files = files;
    this.queue = queue;
    this.maxRecordBytes = maxRecordBytes;
  }

  /// What a successor says of the segment before it.
  private record Expected(long number, long salt, long end, long firstIndex, long lastIndex) {}

  /// A segment and what it says of the one before it; `before` is null when that is unknown or
  /// none.
  private record Link(Segment segment, @Nullable Expected before, boolean first) {}

  /// Returns the sealed segments before the one whose first state is given, oldest first.
  ///
  /// @param last the last log state: what is kept
  /// @param orphans gets every file that is below the first segment kept, or that no chain reaches
  ///   and that holds no frame
  List<Segment> walk(
      List<SegmentFiles.Entry> ready,
      long tailNumber,
      LogState tailState,
      LogState last,
      List<SegmentFiles.Entry> orphans)
      throws StorageException, WalException {
    long firstSegmentKept = last.firstSegmentKept();
    List<Segment> sealed = new ArrayList<>();
    Set<Long> reached = new HashSet<>();
    boolean unbroken = true;
    Expected expected = expected(tailState);
    while (expected != null && expected.number() >= firstSegmentKept) {
      reached.add(expected.number());
      Link link = read(ready, expected);
      unbroken &= link.segment().damage() == null;
      sealed.addFirst(link.segment());
      expected = link.before();
      if (expected == null && !link.first()) {
        expected = guess(ready, link.segment(), firstSegmentKept);
      }
    }
    for (SegmentFiles.Entry entry : ready) {
      boolean between = entry.number() < tailNumber && !reached.contains(entry.number());
      if (entry.number() < firstSegmentKept || (between && (unbroken || holdsNothing(entry)))) {
        orphans.add(entry);
      }
    }
    return inOrder(sealed, last.firstIndexKept());
  }

  /// A damaged segment whose first index nobody tells begins where the one before it ends, and the
  /// lowest where the log begins: what stood before it is lost with it.
  private static List<Segment> inOrder(List<Segment> sealed, long firstIndexKept) {
    List<Segment> apart = new ArrayList<>();
    long next = firstIndexKept;
    for (Segment segment : sealed) {
      Segment placed = segment;
      if (segment.damage() != null && (segment.firstIndex() < next || apart.isEmpty())) {
        placed = segment.damagedFrom(next);
      }
      apart.add(placed);
      next = Math.max(next, placed.lastIndex() + 1);
    }
    return apart;
  }

  /// Returns whether a file is sound and has no first frame: it waited once, and its removal did
  /// not last.
  private boolean holdsNothing(SegmentFiles.Entry entry) throws StorageException {
    try (StorageFile file = files.openForReading(entry.path(), queue);
        Arena arena = Arena.ofConfined()) {
      SegmentHeader header = files.header(entry, queue);
      FrameReader frames = new FrameReader(header.key(), header.fileBytes(), maxRecordBytes);
      MemorySegment memory = arena.allocate(Layout.STATE_FRAME_MAX, 8);
      return !readFrame(file, frames, memory, Layout.FIRST_FRAME, FrameType.STATE);
    } catch (WalException e) {
      return false;
    }
  }

  private static @Nullable Expected expected(LogState state) {
    return state.predecessor() == 0
        ? null
        : new Expected(
            state.predecessor(),
            state.predecessorSalt(),
            state.predecessorEnd(),
            state.predecessorFirstIndex(),
            state.segmentFirstIndex() - 1);
  }

  /// The segment before a damaged one: the next lower number in the directory; where it ends is not
  /// known.
  private static @Nullable Expected guess(
      List<SegmentFiles.Entry> ready, Segment damaged, long firstSegmentKept) {
    for (int i = ready.size() - 1; i >= 0; i--) {
      long number = ready.get(i).number();
      if (number < damaged.number() && number >= firstSegmentKept) {
        return new Expected(number, 0, 0, 0, damaged.firstIndex() - 1);
      }
    }
    return null;
  }

  private Link read(List<SegmentFiles.Entry> ready, Expected expected) throws StorageException {
    SegmentFiles.@Nullable Entry entry = null;
    for (SegmentFiles.Entry candidate : ready) {
      if (candidate.number() == expected.number()) {
        entry = candidate;
      }
    }
    if (entry == null) {
      CorruptException missing =
          new CorruptException(
              files.directory().resolve(files.prefix() + "-missing-" + expected.number() + ".log"),
              0,
              expected.firstIndex() - 1,
              "the segment is missing");
      return new Link(damaged(expected, missing.file(), missing), null, false);
    }
    try {
      return readSound(entry, expected);
    } catch (WalException e) {
      CorruptException cause =
          e instanceof CorruptException corrupt
              ? corrupt
              : new CorruptException(
                  entry.path(), 0, expected.firstIndex() - 1, String.valueOf(e.getMessage()));
      return new Link(damaged(expected, entry.path(), cause), null, false);
    }
  }

  private Segment damaged(Expected expected, @Nullable Path path, CorruptException cause) {
    long firstIndex = Math.max(1, expected.firstIndex());
    return new Segment(
            expected.number(),
            path == null ? files.directory() : path,
            new FrameKey(0, 0, expected.salt()),
            0,
            firstIndex)
        .seal(expected.end(), expected.lastIndex(), Long.MAX_VALUE, 0)
        .damaged(cause);
  }

  private Link readSound(SegmentFiles.Entry entry, Expected expected)
      throws StorageException, WalException {
    SegmentHeader header = files.header(entry, queue);
    if (expected.salt() != 0 && header.key().salt() != expected.salt()) {
      throw corrupt(entry, 0, expected, "the salt is not the one that its successor names");
    }
    FrameReader frames = new FrameReader(header.key(), header.fileBytes(), maxRecordBytes);
    try (StorageFile file = files.openForReading(entry.path(), queue);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Layout.STATE_FRAME_MAX, 8);
      LogState state =
          readFrame(file, frames, memory, Layout.FIRST_FRAME, FrameType.STATE)
              ? ControlFrames.state(frames.payload())
              : null;
      if (state == null) {
        throw corrupt(entry, Layout.FIRST_FRAME, expected, "the first frame is not valid");
      }
      long end = expected.end() == 0 ? findEnd(entry, frames, file, expected) : expected.end();
      long sealAt = end - Layout.SEAL_FRAME;
      if (!readFrame(file, frames, memory, sealAt, FrameType.SEAL)) {
        throw corrupt(entry, sealAt, expected, "the seal is not valid");
      }
      ControlFrames.Seal seal = ControlFrames.seal(frames.payload());
      boolean known = expected.end() != 0;
      if ((known && seal.lastIndex() != expected.lastIndex())
          || seal.firstIndex() != state.segmentFirstIndex()) {
        throw corrupt(
            entry,
            sealAt,
            expected,
            "the seal covers records "
                + seal.firstIndex()
                + " to "
                + seal.lastIndex()
                + ", expected "
                + state.segmentFirstIndex()
                + " to "
                + expected.lastIndex());
      }
      Segment segment =
          new Segment(
                  entry.number(),
                  entry.path(),
                  header.key(),
                  header.fileBytes(),
                  state.segmentFirstIndex())
              .seal(end, seal.lastIndex(), seal.greatestTimestamp(), seal.sealedMillis());
      return new Link(segment, expected(state), state.predecessor() == 0);
    }
  }

  /// Looks for the seal of a segment whose successor cannot tell where it is: reads the whole file.
  private static long findEnd(
      SegmentFiles.Entry entry, FrameReader frames, StorageFile file, Expected expected)
      throws StorageException, WalException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(file.size(), Layout.BLOCK);
      long length = SegmentFiles.readFully(file, 0, memory);
      frames.over(memory, 0, length);
      TailScan scan = new TailScan(frames, entry.number(), length);
      scan.run(TailScan.RecordVisitor.NONE);
      if (scan.seal() == null) {
        throw corrupt(
            entry, scan.broken(), expected, "its successor is damaged, and no seal was found here");
      }
      return scan.cut();
    }
  }

  private static boolean readFrame(
      StorageFile file, FrameReader frames, MemorySegment memory, long position, FrameType type)
      throws StorageException {
    if (position < Layout.FIRST_FRAME) {
      return false;
    }
    long length = SegmentFiles.readFully(file, position, memory);
    frames.over(memory, position, length);
    return frames.read(position) == FrameReader.Result.VALID && frames.type() == type;
  }

  private static CorruptException corrupt(
      SegmentFiles.Entry entry, long position, Expected expected, String why) {
    return new CorruptException(
        entry.path(), position, Math.max(0, expected.firstIndex() - 1), why);
  }
}
