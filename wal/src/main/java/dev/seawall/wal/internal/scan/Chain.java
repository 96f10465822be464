// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Which valid frames of one segment belong, and what those say. Pure; can be fed on as the segment
/// grows. Confined to one thread.
public final class Chain {
  private final long segment;
  private final ArrayDeque<Boundary> boundaries = new ArrayDeque<>();

  private boolean started;
  private long nextIndex;
  private long epoch;
  private long highestEpoch;
  private long cut = Layout.FIRST_FRAME;
  private long lastIndex;
  private long lastFrame;
  private long lastTaken;
  private long declaredEnd;
  private long greatestTimestamp = Long.MIN_VALUE;
  private Promise promise = Promise.NONE;
  private long durableIndex;
  private @Nullable LogState firstState;
  private @Nullable LogState lastState;
  private @Nullable LogState stateBehind;
  private @Nullable LogState cutState;
  private long strangeEpoch;
  private ControlFrames.@Nullable Seal seal;
  private ControlFrames.@Nullable Cut cutFrame;

  /// Where a group may begin, and the last record before it: what a promise can point at.
  private record Boundary(long position, long lastIndex) {}

  /// @param segment the segment number
  public Chain(long segment) {
    this.segment = segment;
  }

  /// Takes a valid frame that stands where the one before it ends; returns whether it belongs.
  public boolean take(FrameReader frame) {
    if (!belongs(frame)) {
      return false;
    }
    add(frame);
    return true;
  }

  /// Returns whether a frame behind a break can be the chain going on: not discarded by an earlier
  /// cut, not behind the seal, not a record that was had already.
  public boolean mayResume(FrameReader frame) {
    return seal == null && frame.epoch() >= epoch && frame.index() >= nextIndex;
  }

  /// Takes a valid frame behind a break.
  public void resume(FrameReader frame) {
    started = true;
    epoch = frame.epoch();
    nextIndex = frame.index();
    add(frame);
  }

  /// Goes back to the last whole batch: what stands behind it is looked at anew.
  public void rewind() {
    nextIndex = lastIndex + 1;
  }

  /// Ends the chain at a position where its last frame ends, in the middle of a batch or not: what
  /// a suffix truncation keeps.
  public void endAt(long position) {
    cut = position;
    lastIndex = nextIndex - 1;
    lastFrame = lastTaken;
    declaredEnd = position;
  }

  /// Hears of a valid frame that is not part of the chain: epochs, promises and cuts count wherever
  /// they are found.
  public void hear(FrameReader frame) {
    highestEpoch = Math.max(highestEpoch, frame.epoch());
    if (frame.type() == FrameType.STATE) {
      stateBehind = ControlFrames.state(frame.payload());
    }
    if (frame.type() == FrameType.CUT) {
      noteCut(frame);
    }
    if (frame.epoch() < epoch) {
      return; // Discarded by an earlier cut, and known to be.
    }
    if (frame.epoch() > epoch
        && frame.type() != FrameType.EPOCH
        && frame.type() != FrameType.STATE) {
      // What begins an epoch is synced before anything else of it is written.
      strangeEpoch = Math.max(strangeEpoch, frame.epoch());
    }
    hearPromise(frame);
    if (frame.type() == FrameType.GROUP) {
      declaredEnd = Math.max(declaredEnd, ControlFrames.groupEnd(frame.payload()));
    }
  }

  private boolean belongs(FrameReader frame) {
    FrameType type = frame.type();
    if (seal != null) {
      return false;
    }
    if (!started) {
      return type == FrameType.STATE && ControlFrames.state(frame.payload()) != null;
    }
    boolean raises = type == FrameType.EPOCH || type == FrameType.STATE;
    if (type == FrameType.EPOCH && frame.epoch() > epoch) {
      // The cut of a recovery or of a truncation: what is kept ends right here.
      return frame.index() == nextIndex;
    }
    if (frame.epoch() != epoch && !(raises && frame.epoch() > epoch)) {
      return false;
    }
    if (type == FrameType.STATE && ControlFrames.state(frame.payload()) == null) {
      return false;
    }
    return frame.index() == nextIndex;
  }

  private void add(FrameReader frame) {
    boolean raised = frame.epoch() > epoch;
    lastTaken = frame.position();
    epoch = frame.epoch();
    highestEpoch = Math.max(highestEpoch, epoch);
    if (frame.type().promises()) {
      boundaries.add(new Boundary(frame.position(), frame.index() - 1));
    }
    switch (frame.type()) {
      case RECORD -> {
        nextIndex++;
        greatestTimestamp = Math.max(greatestTimestamp, frame.timestamp());
        if (frame.endsBatch()) {
          keep(frame);
        }
      }
      case PAD -> {
        if (lastIndex == nextIndex - 1) {
          keep(frame);
        }
      }
      case STATE -> {
        LogState state = ControlFrames.state(frame.payload());
        if (!started) {
          firstState = state;
          nextIndex = frame.index();
        } else if (raised) {
          declaredEnd = frame.end();
        }
        lastState = state == null ? lastState : state;
        keep(frame);
      }
      case EPOCH -> {
        nextIndex = frame.index();
        declaredEnd = frame.end();
        keep(frame);
      }
      case GROUP, MARK -> {
        declaredEnd = Math.max(declaredEnd, ControlFrames.groupEnd(frame.payload()));
        keep(frame);
      }
      case SEAL -> {
        seal = ControlFrames.seal(frame.payload());
        keep(frame);
      }
      case CUT -> {
        noteCut(frame);
        keep(frame);
      }
    }
    started = true;
    hearPromise(frame);
  }

  private void keep(FrameReader frame) {
    cut = frame.end();
    lastIndex = nextIndex - 1;
    lastFrame = frame.position();
  }

  private void noteCut(FrameReader frame) {
    ControlFrames.Cut found = ControlFrames.cut(frame.payload());
    if (cutFrame == null || found.newEpoch() > cutFrame.newEpoch()) {
      cutFrame = found;
      cutState = stateBehind == null ? lastState : stateBehind;
    }
  }

  private void hearPromise(FrameReader frame) {
    Promise made = frame.promise();
    if (made == null || made.compareTo(promise) <= 0) {
      return;
    }
    promise = made;
    if (made.segment() < segment) {
      return;
    }
    long position = made.segment() > segment ? Long.MAX_VALUE : made.position();
    while (!boundaries.isEmpty() && boundaries.peek().position() <= position) {
      durableIndex = Math.max(durableIndex, boundaries.remove().lastIndex());
    }
  }

  /// Returns the last record before the promise, as far as the chain goes. The first write to a
  /// segment waits until the one before it is synced, so everything before the segment's first
  /// record is durable as soon as the segment has a frame.
  public long durableIndex() {
    LogState first = firstState;
    long least = first == null ? 0 : first.segmentFirstIndex() - 1;
    if (promisedEnd() >= cut) {
      return Math.max(least, lastIndex);
    }
    return Math.min(lastIndex, Math.max(least, durableIndex));
  }

  /// Returns the position in this segment up to which everything is promised; 0 when nothing is,
  /// [Long#MAX_VALUE] when a later segment is promised.
  public long promisedEnd() {
    if (promise.segment() > segment) {
      return Long.MAX_VALUE;
    }
    return promise.segment() == segment ? promise.position() : 0;
  }

  /// Returns whether any frame was taken.
  public boolean started() {
    return started;
  }

  /// Returns the log state of the first frame; null when that frame was not valid.
  public @Nullable LogState firstState() {
    return firstState;
  }

  /// Returns the last log state taken.
  public @Nullable LogState lastState() {
    return lastState;
  }

  /// Returns the seal; null when there is none.
  public ControlFrames.@Nullable Seal seal() {
    return seal;
  }

  /// Returns the CUT frame with the highest new epoch when no frame has reached that epoch yet: a
  /// truncation to be finished.
  public ControlFrames.@Nullable Cut unfinishedCut() {
    return cutFrame != null && cutFrame.newEpoch() > highestEpoch ? cutFrame : null;
  }

  /// Returns the log state in front of that CUT frame, wherever both stand.
  public @Nullable LogState cutState() {
    return cutState;
  }

  /// Returns the highest epoch of frames behind the chain whose beginning is not there; 0 when
  /// there is none. Such frames mean damage.
  public long strangeEpoch() {
    return strangeEpoch > epoch ? strangeEpoch : 0;
  }

  /// Returns where the last whole batch ends.
  public long cut() {
    return cut;
  }

  /// Returns the position of the frame that ends at the cut.
  public long lastFrame() {
    return lastFrame;
  }

  /// Returns the last record before the cut.
  public long lastIndex() {
    return lastIndex;
  }

  /// Returns the index of the next frame.
  public long nextIndex() {
    return nextIndex;
  }

  /// Returns the epoch of the last frame taken.
  public long epoch() {
    return epoch;
  }

  /// Returns the highest epoch of any frame.
  public long highestEpoch() {
    return highestEpoch;
  }

  /// Returns the highest promise.
  public Promise promise() {
    return promise;
  }

  /// Returns where the last group said that it ends; more than the cut when it is torn.
  public long declaredEnd() {
    return declaredEnd;
  }

  /// Returns the greatest timestamp of the records taken; [Long#MIN_VALUE] when there is none.
  public long greatestTimestamp() {
    return greatestTimestamp;
  }
}
