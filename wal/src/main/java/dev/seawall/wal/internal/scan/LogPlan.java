// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which files make up a log, and how it ends: as recovery would find it, and where recovery would
/// refuse, as far as it goes. Holds the tail's file open. Confined to one thread.
public final class LogPlan implements AutoCloseable {
  /// One segment of the log.
  ///
  /// @param number its number
  /// @param look its file; null when that is missing
  /// @param expected what its successor says of it; null when there is none that can be read
  /// @param seal its seal, when it was found where its successor says that it is
  /// @param state its first log state; null when that cannot be read
  /// @param damage why it cannot be used as a whole; null when header, first frame and seal are
  ///   sound, or for the tail
  public record Part(
      long number,
      DirectoryLook.@Nullable Look look,
      SealedParts.@Nullable Expected expected,
      ControlFrames.@Nullable Seal seal,
      @Nullable LogState state,
      @Nullable CorruptException damage) {}

  private final SegmentFiles files;
  private final DirectoryLook directory;
  private final List<Part> sealed = new ArrayList<>();
  private final List<DirectoryLook.Look> newer = new ArrayList<>();
  private final List<DirectoryLook.Look> waiting = new ArrayList<>();
  private final List<DirectoryLook.Look> leftOver = new ArrayList<>();
  private @Nullable TailWalk tail;
  private @Nullable CorruptException damage;
  private ControlFrames.@Nullable Cut unfinished;
  private SegmentFiles.@Nullable Entry cutHolder;
  private @Nullable StorageException unreadable;
  private long highestEpoch;
  private long droppedInWaiting;
  private long firstDroppedInWaiting;
  private Promise promise = Promise.NONE;
  private LogState state = SealedParts.NO_STATE;
  private boolean raced;
  private boolean closed;

  private LogPlan(SegmentFiles files, DirectoryLook directory) {
    this.files = files;
    this.directory = directory;
    directory.ready().forEach(look -> noteUnreadable(look.unreadable()));
  }

  private void noteUnreadable(@Nullable StorageException cause) {
    unreadable = unreadable == null ? cause : unreadable;
  }

  /// Looks at a directory.
  ///
  /// @throws WalException when it holds no log, or one of another version; never for damage
  public static LogPlan of(SegmentFiles files) throws StorageException, WalException {
    try (IoQueue queue = files.files().newQueue()) {
      LogPlan plan = new LogPlan(files, DirectoryLook.of(files, queue));
      boolean done = false;
      try {
        plan.run(queue);
        done = true;
      } finally {
        if (!done) {
          plan.close();
        }
      }
      return plan;
    }
  }

  private void run(IoQueue queue) throws StorageException {
    findTail();
    TailWalk found = tail;
    if (found == null) {
      if (promise.segment() > 0) {
        note(missing(promise));
      }
      return;
    }
    LogState last = found.chain().lastState();
    state = last == null ? firstState(found) : last;
    ControlFrames.Cut cut = found.chain().unfinishedCut();
    if (cut == null) {
      judge(found);
      checkSuccessor(found);
    } else {
      cutBack(found, cut);
    }
    TailWalk ending = Objects.requireNonNull(tail);
    SealedParts parts = new SealedParts(files, directory, queue);
    sealed.addAll(
        parts.walk(ending.entry().number(), firstState(ending), state.firstSegmentKept()));
    noteUnreadable(parts.unreadable());
    for (DirectoryLook.Look look : directory.ready()) {
      boolean part =
          sealed.stream().anyMatch(p -> look.equals(p.look()))
              || look.entry().equals(ending.entry())
              || newer.contains(look)
              || waiting.contains(look);
      if (!part) {
        leftOver.add(look);
      }
    }
  }

  private static LogState firstState(TailWalk walk) {
    return Objects.requireNonNull(walk.chain().firstState(), "a tail without a first frame");
  }

  private void findTail() throws StorageException {
    List<DirectoryLook.Look> ready = directory.ready();
    for (int i = ready.size() - 1; i >= 0 && tail == null; i--) {
      DirectoryLook.Look look = ready.get(i);
      CorruptException problem = look.problem();
      var header = look.header();
      if (header == null) {
        newer.addFirst(look);
        note(problem);
        continue;
      }
      TailWalk walk = open(look, header);
      if (walk == null) {
        continue;
      }
      boolean keep = false;
      try {
        look(walk);
        keep = walk.chain().firstState() != null;
      } finally {
        if (!keep) {
          walk.close();
        }
      }
      if (walk.chain().promise().compareTo(promise) > 0) {
        promise = walk.chain().promise();
      }
      highestEpoch = Math.max(highestEpoch, walk.chain().highestEpoch());
      noteUnreadable(walk.unreadable());
      if (keep) {
        tail = walk;
      } else if (promise.compareTo(new Promise(look.number(), walk.chain().cut())) > 0) {
        newer.addFirst(look);
        note(
            new CorruptException(
                look.entry().path(),
                walk.broken(),
                0,
                "the first frame is not valid, but bytes behind it were synced"));
      } else {
        waiting.addFirst(look);
        droppedInWaiting += walk.droppedFrames();
        if (walk.firstDroppedIndex() > 0) {
          firstDroppedInWaiting = walk.firstDroppedIndex();
        }
      }
    }
  }

  private @Nullable TailWalk open(DirectoryLook.Look look, SegmentHeader header)
      throws StorageException {
    try {
      return new TailWalk(files, look.entry(), header);
    } catch (StorageException e) {
      if (files.status(look.entry().path()).isMissing()) {
        raced = true; // A writer removed or reused it since the directory was listed.
      } else {
        newer.addFirst(look);
        noteUnreadable(e);
        note(
            new CorruptException(
                look.entry().path(), 0, 0, "it cannot be read: " + e.getMessage()));
      }
      return null;
    }
  }

  private void judge(TailWalk found) {
    Chain chain = found.chain();
    if (chain.strangeEpoch() > 0) {
      note(
          new CorruptException(
              found.entry().path(),
              found.broken(),
              chain.lastIndex(),
              "frames of epoch "
                  + chain.strangeEpoch()
                  + " stand behind, and what began that epoch is gone (or the disk lied about a"
                  + " sync)"));
    }
    // What waits behind the tail is no part of the log yet; what it promises was synced all the
    // same.
    boolean promisedMore = promise.compareTo(new Promise(found.entry().number(), chain.cut())) > 0;
    if (found.shortOfPromise() || (chain.seal() == null && promisedMore)) {
      note(
          new CorruptException(
              found.entry().path(),
              found.broken(),
              chain.lastIndex(),
              "no valid frame here, but bytes up to "
                  + promise.position()
                  + " of segment "
                  + promise.segment()
                  + " were synced (or the disk lied about a sync)"));
    }
  }

  private CorruptException missing(Promise promised) {
    return new CorruptException(
        files.directory().resolve(files.prefix() + "-MILLIS-" + promised.segment() + ".log"),
        0,
        0,
        "it was synced up to " + promised.position() + ", and it is missing");
  }

  /// A promise found behind the break may be younger than the look at the break: then what it
  /// promises is there by now.
  private static void look(TailWalk walk) throws StorageException {
    walk.walk();
    walk.search(Long.MAX_VALUE);
    while (walk.shortOfPromise() && walk.walk()) {
      walk.search(Long.MAX_VALUE);
    }
  }

  private void note(@Nullable CorruptException found) {
    if (damage == null || (found != null && damage.lastIntactIndex() < found.lastIntactIndex())) {
      damage = found;
    }
  }

  private void checkSuccessor(TailWalk found) {
    ControlFrames.Seal seal = found.chain().seal();
    if (seal == null) {
      return;
    }
    if (waiting.stream().noneMatch(look -> look.number() == seal.successor())
        && newer.stream().noneMatch(look -> look.number() == seal.successor())) {
      note(
          new CorruptException(
              found.entry().path(),
              found.chain().lastFrame(),
              found.chain().lastIndex(),
              "the seal names segment " + seal.successor() + ", and that file is missing"));
    }
  }

  /// A suffix truncation that the next open for writing finishes: what it cut is not seen. The
  /// segment that is cut becomes the tail.
  private void cutBack(TailWalk old, ControlFrames.Cut cut) throws StorageException {
    unfinished = cut;
    cutHolder = old.entry();
    LogState kept = old.chain().cutState();
    state = kept == null ? state : kept;
    DirectoryLook.Look target = directory.sound(cut.segment());
    var header = target == null ? null : target.header();
    TailWalk walk = target == null || header == null ? null : open(target, header);
    if (walk != null) {
      walk.limit(cut.position());
      walk.walk();
      noteUnreadable(walk.unreadable());
    }
    if (target == null || walk == null || walk.chain().firstState() == null) {
      if (walk != null) {
        walk.close();
      }
      note(
          new CorruptException(
              old.entry().path(),
              cut.position(),
              cut.lastIndexKept(),
              "a truncation cuts segment " + cut.segment() + ", and that segment cannot be read"));
      return;
    }
    tail = walk;
    old.close();
    if (walk.broken() == cut.position() && walk.chain().nextIndex() == cut.lastIndexKept() + 1) {
      walk.chain().endAt(cut.position());
    } else {
      note(
          new CorruptException(
              target.entry().path(),
              walk.broken(),
              walk.chain().lastIndex(),
              "no valid frame here, but a truncation keeps record "
                  + cut.lastIndexKept()
                  + " and bytes up to "
                  + cut.position()));
    }
    promise = new Promise(cut.segment(), cut.position());
  }

  /// Returns the files.
  public SegmentFiles files() {
    return files;
  }

  /// Returns the directory as it was listed.
  public DirectoryLook directory() {
    return directory;
  }

  /// Returns the sealed segments before the tail, oldest first, damaged and missing ones included.
  public List<Part> sealed() {
    return sealed;
  }

  /// Returns the newest segment with a valid first frame; null when there is none.
  public @Nullable TailWalk tail() {
    return tail;
  }

  /// Hands the tail over: closing this plan no longer closes it.
  public @Nullable TailWalk takeTail() {
    TailWalk taken = tail;
    tail = null;
    return taken;
  }

  /// Returns the damaged files behind the tail.
  public List<DirectoryLook.Look> newer() {
    return newer;
  }

  /// Returns the files that wait without a frame.
  public List<DirectoryLook.Look> waiting() {
    return waiting;
  }

  /// Returns the files that are no part of the log any more.
  public List<DirectoryLook.Look> leftOver() {
    return leftOver;
  }

  /// Returns the damage that ends the log early; null when its end is sound.
  public @Nullable CorruptException damage() {
    return damage;
  }

  /// Returns the truncation that was not finished; null when there is none.
  public ControlFrames.@Nullable Cut unfinished() {
    return unfinished;
  }

  /// Returns the file that holds that truncation's CUT frame; null when there is none.
  public SegmentFiles.@Nullable Entry cutHolder() {
    return cutHolder;
  }

  /// Returns why bytes that were asked for could not be read and were taken for none; null when all
  /// could.
  public @Nullable StorageException unreadable() {
    return unreadable;
  }

  /// Returns the highest epoch of any valid frame in the tail and behind it.
  public long highestEpoch() {
    return highestEpoch;
  }

  /// Returns how many whole records stand in segments that wait, their first frame torn.
  public long droppedInWaiting() {
    return droppedInWaiting;
  }

  /// Returns the lowest index among them; 0 when there is none.
  public long firstDroppedInWaiting() {
    return firstDroppedInWaiting;
  }

  /// Returns the highest promise found.
  public Promise promise() {
    return promise;
  }

  /// Returns the last log state; of an empty log when none can be read.
  public LogState state() {
    return state;
  }

  /// Returns the sealed parts as segments, those that cannot be read as damaged ones.
  public List<Segment> segments() {
    List<Segment> segments = new ArrayList<>();
    long floor = 1;
    for (Part part : sealed) {
      Segment segment = SealedParts.segment(files, part, floor);
      segments.add(segment);
      floor = Math.max(segment.firstIndex(), segment.lastIndex() + 1);
    }
    // What stood before a lowest segment that cannot be read is lost with it, and not truncated.
    if (!segments.isEmpty()
        && segments.getFirst().damage() != null
        && segments.getFirst().firstIndex() > state.firstIndexKept()) {
      segments.set(0, segments.getFirst().damagedFrom(state.firstIndexKept()));
    }
    return segments;
  }

  /// Returns whether files vanished while they were looked at: look again.
  public boolean raced() {
    return raced;
  }

  /// Returns whether nothing at all is wrong.
  public boolean sound() {
    return damage == null && tail != null && sealed.stream().allMatch(p -> p.damage() == null);
  }

  @Override
  public void close() {
    TailWalk open = tail;
    if (!closed && open != null) {
      open.close();
    }
    closed = true;
  }
}
