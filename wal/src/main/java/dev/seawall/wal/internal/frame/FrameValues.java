// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import static dev.seawall.wal.internal.frame.Layout.U64;

import java.lang.foreign.MemorySegment;

/// Whether the values of a frame can be, rule 4 of `package-info`. The checksums keep accidents
/// out; this keeps out what a defect, or a hand, put behind right checksums, so that no walk goes
/// backwards and no sum overflows. Stateless.
final class FrameValues {
  /// Above every index and every segment number.
  static final long INDEX_LIMIT = 1L << 62;

  /// Above every segment number: names have at most 18 digits.
  static final long SEGMENT_LIMIT = 1_000_000_000_000_000_000L;

  private FrameValues() {}

  /// Judges a frame of `segment` whose checksums are right.
  static boolean possible(FrameReader frame, long segment) {
    long epoch = frame.epoch();
    if (epoch < 1 || epoch > Integer.MAX_VALUE || !isIndex(frame.index())) {
      return false;
    }
    if (frame.type() == FrameType.RECORD) {
      return !frame.wrapped() || Wrap.possible(frame.payload());
    }
    if (frame.timestamp() != 0) {
      return false;
    }
    return frame.type() == FrameType.PAD || control(frame, segment);
  }

  private static boolean control(FrameReader frame, long segment) {
    MemorySegment payload = frame.payload();
    long promised = payload.get(U64, 0);
    long position = payload.get(U64, 8);
    // Nothing behind the frame itself was synced when it was encoded.
    if (promised < 0
        || promised > segment
        || !isPosition(position)
        || (promised == segment && position > frame.position())) {
      return false;
    }
    return switch (frame.type()) {
      case GROUP, MARK -> {
        long end = ControlFrames.groupEnd(payload);
        yield isPosition(end) && end >= frame.end();
      }
      case EPOCH -> ControlFrames.epochLastIndexKept(payload) == frame.index() - 1;
      case SEAL -> seal(ControlFrames.seal(payload), frame, segment);
      case CUT -> cut(ControlFrames.cut(payload), frame, segment);
      case STATE -> {
        LogState state = ControlFrames.state(payload);
        yield state != null && state(state, frame, segment);
      }
      case RECORD, PAD -> true;
    };
  }

  private static boolean seal(ControlFrames.Seal seal, FrameReader frame, long segment) {
    return isIndex(seal.firstIndex())
        && seal.lastIndex() == frame.index() - 1
        && seal.firstIndex() <= frame.index()
        && seal.successor() > segment
        && seal.successor() < SEGMENT_LIMIT;
  }

  private static boolean cut(ControlFrames.Cut cut, FrameReader frame, long segment) {
    return cut.newEpoch() > frame.epoch()
        && cut.newEpoch() <= Integer.MAX_VALUE
        && cut.lastIndexKept() >= 0
        && cut.lastIndexKept() < frame.index()
        && cut.segment() >= 1
        && cut.segment() <= segment
        && cut.position() >= Layout.FIRST_FRAME
        && isPosition(cut.position())
        && (cut.segment() < segment || cut.position() < frame.position())
        && isIndex(cut.segmentFirstIndex())
        && cut.segmentFirstIndex() <= cut.lastIndexKept() + 1;
  }

  private static boolean state(LogState state, FrameReader frame, long segment) {
    boolean follows = state.predecessor() > 0;
    return isIndex(state.firstIndexKept())
        && state.firstSegmentKept() >= 1
        && state.firstSegmentKept() <= segment
        && state.highestSegment() >= 0
        && state.highestSegment() < SEGMENT_LIMIT
        && isIndex(state.segmentFirstIndex())
        && state.segmentFirstIndex() <= frame.index()
        && state.predecessor() >= 0
        && state.predecessor() < segment
        && isPosition(state.predecessorEnd())
        && (follows || state.predecessorEnd() == 0)
        && state.predecessorFirstIndex() >= 0
        && state.predecessorFirstIndex() < INDEX_LIMIT
        && state.checkpoint() >= 0
        && state.pins().values().stream().allMatch(FrameValues::isIndex);
  }

  private static boolean isIndex(long index) {
    return index >= 1 && index < INDEX_LIMIT;
  }

  private static boolean isPosition(long position) {
    return position >= 0 && (position & 7) == 0;
  }
}
