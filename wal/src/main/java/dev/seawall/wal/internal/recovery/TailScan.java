// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameScanner;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import org.jspecify.annotations.Nullable;

/// Walks one segment from its first frame, then searches behind the first position where the chain
/// breaks. Pure: bytes in, verdict out. Confined to one thread; one walk per instance.
public final class TailScan {
  /// Is shown each record that is kept as the walk meets it; a later cut may still drop records
  /// behind [TailScan#cut].
  public interface RecordVisitor {
    /// Looks at no record.
    RecordVisitor NONE = frame -> {};

    /// `frame` describes the record until the next one is read.
    void visit(FrameReader frame);
  }

  private final FrameReader frames;
  private final long segment;
  private final long length;

  private long nextIndex;
  private long epoch;
  private long highestEpoch;
  private long cut = Layout.FIRST_FRAME;
  private long lastIndex;
  private long broken;
  private long declaredEnd;
  private long greatestTimestamp = Long.MIN_VALUE;
  private Promise promise = Promise.NONE;
  private long strangeEpoch;
  private boolean marked;
  private long droppedFrames;
  private long firstDroppedIndex;
  private long droppedEnd;
  private @Nullable LogState firstState;
  private @Nullable LogState lastState;
  private @Nullable LogState stateBehind;
  private @Nullable LogState cutState;
  private ControlFrames.@Nullable Seal seal;
  private ControlFrames.@Nullable Cut cutFrame;

  /// @param frames over memory that holds the file from position 0 for `length` bytes
  /// @param segment its number
  public TailScan(FrameReader frames, long segment, long length) {
    this.frames = frames;
    this.segment = segment;
    this.length = length;
  }

  /// Walks and searches, and judges what was seen.
  public TailVerdict run(RecordVisitor records) {
    walk(records);
    if (seal == null) {
      search(Math.max(broken, Layout.FIRST_FRAME));
    }
    return verdict();
  }

  private void walk(RecordVisitor records) {
    long position = Layout.FIRST_FRAME;
    boolean first = true;
    while (position + Layout.HEADER <= length
        && seal == null
        && frames.read(position) == FrameReader.Result.VALID
        && belongs(first)) {
      take(records);
      first = false;
      position = frames.end();
    }
    broken = position;
  }

  private boolean belongs(boolean first) {
    FrameType type = frames.type();
    if (first) {
      return type == FrameType.STATE && readState() != null;
    }
    boolean raises = type == FrameType.EPOCH || type == FrameType.STATE;
    if (type == FrameType.EPOCH && frames.epoch() > epoch) {
      // The cut of a recovery or of a truncation: what was kept ends right here.
      return frames.index() == nextIndex;
    }
    if (frames.epoch() != epoch && !(raises && frames.epoch() > epoch)) {
      return false;
    }
    if (type == FrameType.STATE && readState() == null) {
      return false;
    }
    return frames.index() == nextIndex;
  }

  private @Nullable LogState readState() {
    return ControlFrames.state(frames.payload());
  }

  private void take(RecordVisitor records) {
    boolean raised = frames.epoch() > epoch;
    epoch = frames.epoch();
    highestEpoch = Math.max(highestEpoch, epoch);
    marked = false;
    Promise made = frames.promise();
    if (made != null && made.compareTo(promise) > 0) {
      promise = made;
    }
    switch (frames.type()) {
      case RECORD -> {
        nextIndex++;
        greatestTimestamp = Math.max(greatestTimestamp, frames.timestamp());
        records.visit(frames);
        if (frames.endsBatch()) {
          keep();
        }
      }
      case PAD -> keepUnlessInsideBatch();
      case STATE -> {
        lastState = readState();
        if (firstState == null) {
          firstState = lastState;
          nextIndex = frames.index();
        } else if (raised) {
          declaredEnd = frames.end();
        }
        keep();
      }
      case EPOCH -> {
        nextIndex = frames.index();
        declaredEnd = frames.end();
        keep();
      }
      case GROUP -> {
        declaredEnd = Math.max(declaredEnd, ControlFrames.groupEnd(frames.payload()));
        keep();
      }
      case MARK -> {
        marked = true;
        declaredEnd = Math.max(declaredEnd, frames.end());
        keep();
      }
      case SEAL -> {
        seal = ControlFrames.seal(frames.payload());
        keep();
      }
      case CUT -> {
        noteCut();
        keep();
      }
    }
  }

  private void keep() {
    cut = frames.end();
    lastIndex = nextIndex - 1;
  }

  private void keepUnlessInsideBatch() {
    if (lastIndex == nextIndex - 1) {
      keep();
    }
  }

  private void noteCut() {
    ControlFrames.Cut found = ControlFrames.cut(frames.payload());
    if (cutFrame == null || found.newEpoch() > cutFrame.newEpoch()) {
      cutFrame = found;
      cutState = stateBehind == null ? lastState : stateBehind;
    }
  }

  private void search(long from) {
    FrameScanner.search(
        frames,
        from,
        length,
        frame -> {
          highestEpoch = Math.max(highestEpoch, frame.epoch());
          if (frame.type() == FrameType.STATE) {
            stateBehind = readState();
          }
          if (frame.type() == FrameType.CUT) {
            noteCut();
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
          Promise made = frame.promise();
          if (made != null && made.compareTo(promise) > 0) {
            promise = made;
          }
          if (frame.type() == FrameType.GROUP) {
            declaredEnd = Math.max(declaredEnd, ControlFrames.groupEnd(frame.payload()));
          }
          droppedEnd = Math.max(droppedEnd, frame.end());
          if (frame.type() == FrameType.RECORD) {
            noteDropped(frame.index());
          }
        });
  }

  private void noteDropped(long index) {
    droppedFrames++;
    firstDroppedIndex = firstDroppedIndex == 0 ? index : Math.min(firstDroppedIndex, index);
  }

  private TailVerdict verdict() {
    long promised = promise.segment() == segment ? promise.position() : 0;
    if (promise.segment() > segment) {
      promised = length;
    }
    if (promised > cut) {
      return new TailVerdict.Corrupt(
          broken,
          "no valid frame here, but bytes up to "
              + promised
              + " were synced"
              + " (or the disk lied about a sync)");
    }
    if (strangeEpoch > 0 && firstState != null) {
      return new TailVerdict.Corrupt(
          broken,
          "frames of epoch "
              + strangeEpoch
              + " stand behind, and what began that epoch is gone"
              + " (or the disk lied about a sync)");
    }
    long partial = nextIndex - 1 - lastIndex;
    if (partial > 0) {
      droppedFrames += partial;
      firstDroppedIndex = lastIndex + 1;
    }
    long end = Math.max(Math.max(declaredEnd, droppedEnd), broken);
    if (seal == null && end > cut) {
      return new TailVerdict.Torn(end - cut, droppedFrames, firstDroppedIndex);
    }
    return new TailVerdict.Clean();
  }

  /// Returns the log state of the segment's first frame; null when that frame is not valid, and
  /// then nothing else was walked.
  public @Nullable LogState firstState() {
    return firstState;
  }

  /// Returns the last log state in the segment.
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

  /// Returns where the kept frames end.
  public long cut() {
    return cut;
  }

  /// Returns where the chain of valid frames breaks.
  public long broken() {
    return broken;
  }

  /// Returns the index of the last record kept.
  public long lastIndex() {
    return lastIndex;
  }

  /// Returns the epoch at the cut.
  public long epoch() {
    return epoch;
  }

  /// Returns the highest epoch of any valid frame, discarded ones included.
  public long highestEpoch() {
    return highestEpoch;
  }

  /// Returns the highest promise of any frame that counts.
  public Promise promise() {
    return promise;
  }

  /// Returns whether the last frame kept is a MARK: nothing was written behind it.
  public boolean marked() {
    return marked;
  }

  /// Returns the greatest timestamp of the walked records.
  public long greatestTimestamp() {
    return greatestTimestamp;
  }

  /// Returns how many whole record frames are behind the cut; for a segment without a valid first
  /// frame, all of them.
  public long droppedFrames() {
    return droppedFrames;
  }

  /// Returns the lowest index among them; 0 when there is none.
  public long firstDroppedIndex() {
    return firstDroppedIndex;
  }
}
