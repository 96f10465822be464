// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Walks back over the sealed segments, reading of each its header, first frame and seal, a block
/// for each: a log of 10 GiB opens without its records. Confined to one thread.
public final class SealedParts {
  /// What a log without a readable state is taken for.
  static final LogState NO_STATE = new LogState(1, 0, 0, 1, 0, 0, 0, 0, 0, new TreeMap<>());

  private final SegmentFiles files;
  private final DirectoryLook directory;
  private final IoQueue queue;
  private @Nullable StorageException unreadable;

  SealedParts(SegmentFiles files, DirectoryLook directory, IoQueue queue) {
    this.files = files;
    this.directory = directory;
    this.queue = queue;
  }

  /// What a successor says of the segment before it.
  ///
  /// @param number its number
  /// @param salt 0 when unknown
  /// @param end where its frames end; 0 when unknown
  /// @param firstIndex 0 when unknown
  /// @param lastIndex of its last record
  public record Expected(long number, long salt, long end, long firstIndex, long lastIndex) {}

  List<LogPlan.Part> walk(long tailNumber, LogState tailState, long firstSegmentKept) {
    List<LogPlan.Part> parts = new ArrayList<>();
    Expected expected = expected(tailState);
    long below = tailNumber;
    while (expected != null && expected.number() >= firstSegmentKept) {
      LogPlan.Part part = read(expected);
      parts.addFirst(part);
      below = part.number();
      LogState state = part.state();
      if (state != null) {
        expected = expected(state);
      } else {
        long firstIndex = expected.firstIndex();
        expected = guess(below, firstSegmentKept, firstIndex == 0 ? 0 : firstIndex - 1);
      }
    }
    return parts;
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

  /// The segment before a damaged one: the next lower number in the directory.
  private @Nullable Expected guess(long below, long firstSegmentKept, long lastIndex) {
    for (int i = directory.ready().size() - 1; i >= 0; i--) {
      long number = directory.ready().get(i).number();
      if (number < below && number >= firstSegmentKept) {
        return new Expected(number, 0, 0, 0, lastIndex);
      }
    }
    return null;
  }

  private LogPlan.Part read(Expected expected) {
    DirectoryLook.Look look = directory.any(expected.number());
    if (look == null) {
      String name = files.prefix() + "-MILLIS-" + expected.number() + ".log";
      return damaged(
          null,
          expected,
          null,
          new CorruptException(
              files.directory().resolve(name), 0, before(expected), "the segment is missing"));
    }
    SegmentHeader header = look.header();
    CorruptException problem = look.problem();
    if (header == null || problem != null) {
      return damaged(look, expected, null, problem);
    }
    if (expected.salt() != 0 && header.key().salt() != expected.salt()) {
      return damaged(
          look,
          expected,
          null,
          corrupt(look, 0, expected, "the salt is not the one that its successor names"));
    }
    try (StorageFile file = files.openForReading(look.entry().path(), queue);
        FrameWindow window =
            new FrameWindow(
                file, header.key(), header.number(), header.fileBytes(), Layout.BLOCK)) {
      LogPlan.Part part = read(look, window, expected);
      noteUnreadable(window.takeUnreadable());
      return part;
    } catch (StorageException e) {
      noteUnreadable(e);
      return damaged(
          look, expected, null, corrupt(look, 0, expected, "it cannot be read: " + e.getMessage()));
    }
  }

  private LogPlan.Part read(DirectoryLook.Look look, FrameWindow window, Expected expected)
      throws StorageException {
    FrameReader first = window.frameAt(Layout.FIRST_FRAME);
    LogState state =
        first != null && first.type() == FrameType.STATE
            ? ControlFrames.state(first.payload())
            : null;
    if (state == null) {
      return damaged(
          look,
          expected,
          null,
          corrupt(look, Layout.FIRST_FRAME, expected, "the first frame is not valid"));
    }
    if (expected.end() == 0) {
      return walkToSeal(look, state, expected);
    }
    long sealAt = expected.end() - Layout.SEAL_FRAME;
    FrameReader last = sealAt < Layout.FIRST_FRAME ? null : window.frameAt(sealAt);
    if (last == null || last.type() != FrameType.SEAL) {
      return damaged(
          look, expected, state, corrupt(look, sealAt, expected, "the seal is not valid"));
    }
    ControlFrames.Seal seal = ControlFrames.seal(last.payload());
    if (seal.lastIndex() != expected.lastIndex()
        || seal.firstIndex() != state.segmentFirstIndex()) {
      return damaged(
          look,
          expected,
          state,
          corrupt(
              look,
              sealAt,
              expected,
              "the seal covers records "
                  + seal.firstIndex()
                  + " to "
                  + seal.lastIndex()
                  + ", expected "
                  + state.segmentFirstIndex()
                  + " to "
                  + expected.lastIndex()));
    }
    return new LogPlan.Part(expected.number(), look, expected, seal, state, null);
  }

  /// Its successor is damaged and does not say where it ends: its own frames do.
  private LogPlan.Part walkToSeal(DirectoryLook.Look look, LogState state, Expected expected)
      throws StorageException {
    SegmentHeader header = Objects.requireNonNull(look.header());
    try (TailWalk walk = new TailWalk(files, look.entry(), header)) {
      walk.walk();
      noteUnreadable(walk.unreadable());
      ControlFrames.Seal seal = walk.chain().seal();
      Expected found =
          new Expected(
              expected.number(),
              header.key().salt(),
              seal == null ? 0 : walk.chain().cut(),
              state.segmentFirstIndex(),
              seal == null ? expected.lastIndex() : seal.lastIndex());
      // It may end earlier: what stood between it and the damaged one may be missing as well.
      if (seal == null || (expected.lastIndex() > 0 && seal.lastIndex() > expected.lastIndex())) {
        return damaged(
            look,
            found,
            state,
            new CorruptException(
                look.entry().path(),
                walk.broken(),
                walk.chain().lastIndex(),
                seal == null
                    ? "no valid frame here, and no seal before it"
                    : "the seal ends at record "
                        + seal.lastIndex()
                        + ", the next segment begins behind "
                        + expected.lastIndex()));
      }
      return new LogPlan.Part(expected.number(), look, found, seal, state, null);
    }
  }

  private void noteUnreadable(@Nullable StorageException cause) {
    unreadable = unreadable == null ? cause : unreadable;
  }

  /// Returns why bytes could not be read and were taken for none; null when all could.
  @Nullable StorageException unreadable() {
    return unreadable;
  }

  private static LogPlan.Part damaged(
      DirectoryLook.@Nullable Look look,
      Expected expected,
      @Nullable LogState state,
      @Nullable CorruptException cause) {
    return new LogPlan.Part(expected.number(), look, expected, null, state, cause);
  }

  private static CorruptException corrupt(
      DirectoryLook.Look look, long position, Expected expected, String why) {
    return new CorruptException(look.entry().path(), position, before(expected), why);
  }

  private static long before(Expected expected) {
    return Math.max(0, expected.firstIndex() - 1);
  }

  /// Returns a part as a segment.
  ///
  /// @param floor the first index that it can have
  static Segment segment(SegmentFiles files, LogPlan.Part part, long floor) {
    Expected expected = part.expected();
    ControlFrames.Seal seal = part.seal();
    DirectoryLook.Look look = part.look();
    SegmentHeader header = look == null ? null : look.header();
    if (expected == null) {
      throw new AssertionError("a sealed part is expected by its successor");
    }
    LogState state = part.state();
    long firstIndex =
        Math.max(floor, state == null ? expected.firstIndex() : state.segmentFirstIndex());
    CorruptException cause = part.damage();
    if (look != null && header != null && seal != null && cause == null) {
      return new Segment(look.entry().path(), header, firstIndex)
          .seal(expected.end(), seal.lastIndex(), seal.greatestTimestamp(), seal.sealedMillis());
    }
    CorruptException why =
        cause == null
            ? new CorruptException(files.directory(), 0, firstIndex - 1, "unreadable")
            : cause;
    return new Segment(
            part.number(),
            look == null ? files.directory() : look.entry().path(),
            new FrameKey(0, 0, expected.salt()),
            0,
            firstIndex)
        .seal(expected.end(), expected.lastIndex(), Long.MAX_VALUE, 0)
        .damaged(why);
  }
}
