// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the end of a log and the chain of segments that leads to it. Changes nothing. Confined to
/// one thread; one use.
public final class LogScan {
  private final SegmentFiles files;
  private final IoQueue queue;
  private final long maxRecordBytes;

  private final List<SegmentFiles.Entry> orphans = new ArrayList<>();
  private final List<SegmentFiles.Entry> waiting = new ArrayList<>();
  private long highestEpoch;
  private Promise promisedInWaiting = Promise.NONE;
  private long droppedInWaiting;
  private long firstDroppedInWaiting;

  public LogScan(SegmentFiles files, IoQueue queue, long maxRecordBytes) {
    this.files = files;
    this.queue = queue;
    this.maxRecordBytes = maxRecordBytes;
  }

  /// One segment, walked.
  private record Walked(
      SegmentFiles.Entry entry,
      SegmentHeader header,
      TailScan scan,
      TailVerdict verdict,
      Segment segment) {}

  /// Looks at the directory.
  ///
  /// @return null when it holds no segment with a frame: a new log, or one whose creation did not
  ///   finish
  /// @throws CorruptException when the un-sealed end is damaged
  public @Nullable LogImage run() throws StorageException, WalException {
    SegmentFiles.Listing listing = files.list();
    Identity.check(files, listing.ready(), queue);
    orphans.addAll(listing.preparing());
    Walked tail = findTail(listing.ready());
    if (tail == null || tail.scan.unfinishedCut() == null) {
      checkPromisedInWaiting(tail);
    }
    if (tail == null) {
      orphans.addAll(waiting);
      return null;
    }
    ControlFrames.Cut cut = tail.scan.unfinishedCut();
    if (cut != null) {
      return finishTruncation(listing, tail, cut);
    }
    if (tail.verdict instanceof TailVerdict.Corrupt corrupt) {
      throw new CorruptException(
          tail.entry.path(), corrupt.position(), tail.scan.lastIndex(), corrupt.why());
    }
    SegmentFiles.Entry successor = successor(tail);
    waiting.stream().filter(e -> !e.equals(successor)).forEach(orphans::add);
    LogState state = lastState(tail);
    List<Segment> sealed =
        new SealedChain(files, queue, maxRecordBytes)
            .walk(listing.ready(), tail.entry.number(), firstState(tail), state, orphans);
    return new LogImage(
        sealed,
        tail.segment,
        withWaiting(tail.verdict),
        tail.scan.cut(),
        tail.scan.lastIndex(),
        tail.scan.greatestTimestamp(),
        tail.scan.promise(),
        tail.scan.epoch(),
        highestEpoch,
        Math.max(listing.highestNumber(), state.highestSegment()),
        state,
        tail.scan.seal(),
        successor,
        tail.scan.marked(),
        null,
        List.of(),
        orphans);
  }

  /// A segment whose first frame is torn is not part of the log yet; what its other frames promise
  /// of the segments before it was synced all the same.
  private void checkPromisedInWaiting(@Nullable Walked tail) throws CorruptException {
    Promise found = tail == null ? Promise.NONE : new Promise(tail.entry.number(), tail.scan.cut());
    if (promisedInWaiting.compareTo(found) > 0) {
      throw new CorruptException(
          tail == null
              ? files
                  .directory()
                  .resolve(files.prefix() + "-missing-" + promisedInWaiting.segment() + ".log")
              : tail.entry.path(),
          tail == null ? 0 : tail.scan.broken(),
          tail == null ? 0 : tail.scan.lastIndex(),
          "no valid frame here, but segment "
              + promisedInWaiting.segment()
              + " was synced up to "
              + promisedInWaiting.position()
              + " (or the disk lied about a sync)");
    }
  }

  private TailVerdict withWaiting(TailVerdict verdict) {
    if (droppedInWaiting == 0) {
      return verdict;
    }
    // Whole frames in a segment whose first frame is torn: nothing there was promised.
    return switch (verdict) {
      case TailVerdict.Torn torn ->
          new TailVerdict.Torn(
              torn.bytes(),
              torn.frames() + droppedInWaiting,
              torn.firstIndex() == 0 ? firstDroppedInWaiting : torn.firstIndex());
      case TailVerdict.Clean clean ->
          new TailVerdict.Torn(Layout.BLOCK, droppedInWaiting, firstDroppedInWaiting);
      case TailVerdict.Corrupt corrupt -> corrupt;
    };
  }

  private @Nullable Walked findTail(List<SegmentFiles.Entry> ready)
      throws StorageException, WalException {
    for (int i = ready.size() - 1; i >= 0; i--) {
      SegmentFiles.Entry entry = ready.get(i);
      Walked walked = walk(entry);
      if (walked.scan.firstState() != null) {
        return walked;
      }
      if (walked.verdict instanceof TailVerdict.Corrupt corrupt) {
        throw new CorruptException(entry.path(), corrupt.position(), 0, corrupt.why());
      }
      waiting.add(entry);
      if (walked.scan.promise().compareTo(promisedInWaiting) > 0) {
        promisedInWaiting = walked.scan.promise();
      }
      droppedInWaiting += walked.scan.droppedFrames();
      if (walked.scan.firstDroppedIndex() > 0) {
        firstDroppedInWaiting = walked.scan.firstDroppedIndex();
      }
    }
    return null;
  }

  private Walked walk(SegmentFiles.Entry entry) throws StorageException, WalException {
    return walk(entry, Long.MAX_VALUE);
  }

  private Walked walk(SegmentFiles.Entry entry, long limit) throws StorageException, WalException {
    SegmentHeader header = files.header(entry, queue);
    try (StorageFile file = files.openForReading(entry.path(), queue);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(header.fileBytes(), Layout.BLOCK);
      long length = Math.min(limit, SegmentFiles.readFully(file, 0, memory));
      FrameReader frames = new FrameReader(header.key(), header.fileBytes(), maxRecordBytes);
      frames.over(memory, 0, length);
      TailScan scan = new TailScan(frames, entry.number(), length);
      IndexBuilder index = new IndexBuilder();
      TailVerdict verdict = scan.run(index);
      highestEpoch = Math.max(highestEpoch, scan.highestEpoch());
      LogState state = scan.firstState();
      Segment segment =
          new Segment(
              entry.number(),
              entry.path(),
              header.key(),
              header.fileBytes(),
              state == null ? 1 : state.segmentFirstIndex());
      index.fill(segment.index(), scan.cut());
      return new Walked(entry, header, scan, verdict, segment);
    }
  }

  private SegmentFiles.@Nullable Entry successor(Walked tail) throws CorruptException {
    ControlFrames.Seal seal = tail.scan.seal();
    if (seal == null) {
      return null;
    }
    for (SegmentFiles.Entry entry : waiting) {
      if (entry.number() == seal.successor()) {
        return entry;
      }
    }
    throw new CorruptException(
        tail.entry.path(),
        tail.scan.cut() - Layout.SEAL_FRAME,
        tail.scan.lastIndex(),
        "the seal names segment " + seal.successor() + ", and that file is missing");
  }

  private LogImage finishTruncation(
      SegmentFiles.Listing listing, Walked tail, ControlFrames.Cut cut)
      throws StorageException, WalException {
    orphans.addAll(waiting);
    List<SegmentFiles.Entry> beyond = new ArrayList<>();
    Walked target = tail;
    for (SegmentFiles.Entry entry : listing.ready()) {
      if (entry.number() == cut.segment()) {
        // Only up to the cut: an epoch that began behind it is not the one that a seal there has.
        target = walk(entry, cut.position());
      }
      if (entry.number() > cut.segment() && entry.number() < tail.entry.number()) {
        beyond.add(entry);
      }
    }
    if (target.entry.number() != cut.segment() || target.scan.firstState() == null) {
      throw new CorruptException(
          target.entry.path(),
          cut.position(),
          cut.lastIndexKept(),
          "a truncation cuts segment " + cut.segment() + ", and that segment cannot be read");
    }
    if (target.entry.number() != tail.entry.number()) {
      beyond.add(tail.entry);
    }
    LogState cutState = tail.scan.cutState();
    LogState state = cutState == null ? lastState(tail) : cutState;
    List<Segment> sealed =
        new SealedChain(files, queue, maxRecordBytes)
            .walk(listing.ready(), target.entry.number(), firstState(target), state, orphans);
    target.segment.index().cutAt(cut.position());
    return new LogImage(
        sealed,
        target.segment,
        new TailVerdict.Clean(),
        cut.position(),
        cut.lastIndexKept(),
        target.scan.greatestTimestamp(),
        target.scan.promise(),
        target.scan.epoch(),
        Math.max(highestEpoch, cut.newEpoch() - 1),
        Math.max(listing.highestNumber(), state.highestSegment()),
        state,
        null,
        null,
        false,
        cut,
        beyond,
        orphans);
  }

  private static LogState firstState(Walked walked) {
    LogState state = walked.scan.firstState();
    if (state == null) {
      throw new AssertionError(walked.entry.path() + " has no first state");
    }
    return state;
  }

  private static LogState lastState(Walked walked) {
    LogState state = walked.scan.lastState();
    return state == null ? firstState(walked) : state;
  }

  /// Returns the files to remove when [#run] returned null.
  public List<SegmentFiles.Entry> orphans() {
    return orphans;
  }
}
