// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.io.StorageException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.scan.Chain;
import dev.seawall.wal.internal.scan.DirectoryLook;
import dev.seawall.wal.internal.scan.LogPlan;
import dev.seawall.wal.internal.scan.TailWalk;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Judges what [LogPlan] finds, for an open that is going to write: refuses what is damaged at the
/// end, and says which files go. Changes nothing. Confined to one thread; one use.
public final class LogScan {
  private final SegmentFiles files;
  private final List<SegmentFiles.Entry> orphans = new ArrayList<>();

  public LogScan(SegmentFiles files) {
    this.files = files;
  }

  /// Looks at the directory.
  ///
  /// @return null when it holds no segment with a frame: a new log, or one whose creation did not
  ///   finish
  /// @throws CorruptException when the un-sealed end is damaged, or files of two logs stand there
  /// @throws StorageException when the end cannot be read: it is not taken for torn
  public @Nullable LogImage run() throws StorageException, WalException {
    SegmentFiles.Listing listing = files.list();
    orphans.addAll(listing.preparing());
    if (listing.ready().isEmpty()) {
      return null;
    }
    try (LogPlan plan = LogPlan.of(files)) {
      CorruptException mixed = plan.directory().mixed();
      if (mixed != null) {
        throw mixed; // Before anything is judged, or removed, by a file of another log.
      }
      StorageException unreadable = plan.unreadable();
      if (unreadable != null) {
        throw unreadable;
      }
      CorruptException damage = plan.damage();
      if (damage != null) {
        throw damage;
      }
      TailWalk tail = plan.tail();
      if (tail == null) {
        orphans.addAll(listing.ready());
        return null;
      }
      return image(plan, tail, listing);
    }
  }

  private LogImage image(LogPlan plan, TailWalk tail, SegmentFiles.Listing listing)
      throws StorageException, CorruptException {
    Chain chain = tail.chain();
    ControlFrames.Cut cut = plan.unfinished();
    ControlFrames.Seal seal = cut == null ? chain.seal() : null;
    SegmentFiles.Entry successor = null;
    for (DirectoryLook.Look look : plan.waiting()) {
      if (seal != null && look.number() == seal.successor()) {
        successor = look.entry();
      } else {
        orphans.add(look.entry());
      }
    }
    List<Segment> sealed = plan.segments();
    LogState state = ofTail(plan.state(), Objects.requireNonNull(chain.firstState()));
    List<SegmentFiles.Entry> beyond = sortOut(plan, tail, sealed);
    long highestEpoch =
        cut == null ? plan.highestEpoch() : Math.max(plan.highestEpoch(), cut.newEpoch() - 1);
    if (highestEpoch >= Integer.MAX_VALUE) {
      throw new CorruptException(
          tail.entry().path(),
          chain.lastFrame(),
          chain.lastIndex(),
          "epoch " + highestEpoch + " is the last there is, and no log is opened that often");
    }
    return new LogImage(
        sealed,
        tail.active(),
        cut == null ? torn(plan, tail) : null,
        chain.cut(),
        chain.lastIndex(),
        chain.greatestTimestamp(),
        chain.promise(),
        chain.epoch(),
        highestEpoch,
        Math.max(listing.highestNumber(), state.highestSegment()),
        state,
        seal,
        successor,
        cut,
        beyond,
        orphans);
  }

  /// Says which files that are no part of the log go now, and returns those that an unfinished
  /// truncation removes, the holder of its CUT frame last.
  private List<SegmentFiles.Entry> sortOut(LogPlan plan, TailWalk tail, List<Segment> sealed)
      throws StorageException {
    SegmentFiles.Entry holder = plan.cutHolder();
    List<SegmentFiles.Entry> beyond = new ArrayList<>();
    // Beside a segment that cannot be read, a file that nobody names may be what is missing there.
    boolean unbroken = sealed.stream().allMatch(s -> s.damage() == null);
    for (DirectoryLook.Look look : plan.leftOver()) {
      SegmentFiles.Entry entry = look.entry();
      if (look.number() > tail.entry().number()) {
        if (!entry.equals(holder)) {
          beyond.add(entry);
        }
      } else if (look.number() < plan.state().firstSegmentKept()
          || unbroken
          || holdsNothing(look)) {
        orphans.add(entry);
      }
    }
    if (holder != null && holder.number() > tail.entry().number()) {
      beyond.addLast(holder);
    }
    return beyond;
  }

  /// Returns whether a file is sound and has no first frame: it waited once, and its removal did
  /// not last.
  private boolean holdsNothing(DirectoryLook.Look look) throws StorageException {
    var header = look.header();
    if (header == null) {
      return false;
    }
    try (TailWalk walk = new TailWalk(files, look.entry(), header)) {
      walk.limit(Layout.FIRST_FRAME + Layout.STATE_FRAME_MAX);
      walk.walk();
      return !walk.chain().started() && walk.unreadable() == null;
    }
  }

  /// The log state as the tail would write it: a truncation may have cut the one that was last away
  /// from another segment.
  private static LogState ofTail(LogState last, LogState first) {
    return new LogState(
        last.firstIndexKept(),
        last.firstSegmentKept(),
        last.highestSegment(),
        first.segmentFirstIndex(),
        first.predecessor(),
        first.predecessorSalt(),
        first.predecessorEnd(),
        first.predecessorFirstIndex(),
        last.checkpoint(),
        last.pins());
  }

  private static LogImage.@Nullable Torn torn(LogPlan plan, TailWalk tail) {
    long bytes = tail.tornBytes();
    long waiting = plan.droppedInWaiting();
    if (bytes == 0 && waiting == 0) {
      return null;
    }
    // Whole frames in a segment whose first frame is torn: nothing there was promised.
    return new LogImage.Torn(
        bytes == 0 ? Layout.BLOCK : bytes,
        tail.droppedFrames() + waiting,
        tail.firstDroppedIndex() == 0 ? plan.firstDroppedInWaiting() : tail.firstDroppedIndex());
  }

  /// Returns the files to remove when [#run] returned null.
  public List<SegmentFiles.Entry> orphans() {
    return orphans;
  }
}
