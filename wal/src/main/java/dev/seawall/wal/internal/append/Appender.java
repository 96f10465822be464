// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.StorageException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.segment.ActiveSegment;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The claim strategy and the encoder: all of it under the append lock, which the caller holds.
///
/// A claim finds room – opening the next window, rolling to the next segment –, copies, and becomes
/// real only when the copy returned: anything thrown before leaves tail and index as they were.
/// When there is no room now, it says what to wait for.
final class Appender {
  /// What a claim has to wait for.
  enum Room {
    /// There is room; the window is [#active].
    READY,
    /// A staging window comes free.
    WINDOW,
    /// The next segment is prepared.
    SEGMENT,
    /// The last segment's seal is durable: before, a mapping takes no frame of the next one.
    SEAL
  }

  /// What the appender asks of the log around it.
  interface Owner {
    /// Returns the wall clock, for seals.
    long wallMillis();

    /// Returns the log state as a STATE frame in the active segment restates it.
    LogState stateNow(Segment active);

    /// A segment was sealed by a claim; its file is closed when that is durable; `next` accepts
    /// frames from now on.
    void rolled(Segment sealed, ActiveSegment old, ActiveSegment next);

    /// The active segment is half full.
    void halfFull();

    /// A mapping did not take what was accepted: the log fails.
    void storeFailed(StorageException cause);
  }

  private final WindowRing ring;
  private final SegmentPool pool;
  private final Owner owner;
  private final LongSupplier durableSeq;
  private final boolean padFull;
  private final int epoch;

  private ActiveSegment segment;
  private @Nullable Window active;
  private long position;
  private long nextIndex;
  private long nextSeq;
  private long greatestTimestamp;
  private long claimedBytes;
  private boolean askedForNext;

  private long markTail;
  private long markIndex;
  private long markBytes;
  private long markTimestamp;

  /// The segment's header does not allow what records need: the next append goes on in another.
  private boolean outdated;

  /// Where the last sync ended: the promise that control frames carry.
  private long promiseSegment;

  private long promisePosition;

  /// @param padFull whether a full window's last block is filled: the next one shares none with it
  Appender(
      WindowRing ring,
      SegmentPool pool,
      Owner owner,
      LongSupplier durableSeq,
      boolean padFull,
      int epoch,
      ActiveSegment segment,
      long position,
      long nextIndex,
      long greatestTimestamp,
      int features) {
    this.ring = ring;
    this.pool = pool;
    this.owner = owner;
    this.durableSeq = durableSeq;
    this.padFull = padFull;
    this.epoch = epoch;
    this.segment = segment;
    this.position = position;
    this.nextIndex = nextIndex;
    this.nextSeq = 1;
    this.greatestTimestamp = greatestTimestamp;
    this.promiseSegment = segment.number();
    this.promisePosition = position;
    this.outdated = (features & ~segment.segment().features()) != 0;
  }

  /// Finds room for `need` bytes of frames in one group.
  ///
  /// @param beyond how far behind the limit of appends it may end: log states and marks may, so
  ///   that a log that finds no room for a segment can still be truncated and closed
  /// @throws StorageException when the next segment could not be prepared
  Room room(long need, long beyond) throws StorageException {
    while (true) {
      Window window = active;
      if (outdated && beyond == 0) {
        Room rolled = roll(need);
        if (rolled != Room.READY) {
          return rolled;
        }
        continue;
      }
      if (window == null) {
        if (segment.mapped() != null
            && position == Layout.FIRST_FRAME
            && nextSeq - 1 > durableSeq.getAsLong()) {
          return Room.SEAL;
        }
        if (position + Layout.GROUP_FRAME + need > segment.limit() + beyond) {
          Room rolled = roll(need);
          if (rolled != Room.READY) {
            return rolled;
          }
          continue;
        }
        if (!open(need)) {
          return Room.WINDOW;
        }
        continue;
      }
      long withGroup = window.grouped ? need : need + Layout.GROUP_FRAME;
      if (window.endPosition() + withGroup > segment.limit() + beyond) {
        Room rolled = roll(need);
        if (rolled != Room.READY) {
          return rolled;
        }
        continue;
      }
      if (window.fits(withGroup)) {
        if (!window.grouped) {
          window.grouped = true;
          window.groupAt = window.tail;
          window.tail += encodeGroup(window);
          segment.segment().index().add(nextIndex, window.base + window.groupAt, greatestTimestamp);
        }
        return Room.READY;
      }
      if (!window.hasFrames()) {
        // Too small, and empty: it makes place for one of the right size.
        active = null;
        ring.release(window);
        if (!open(need)) {
          return Room.WINDOW;
        }
        continue;
      }
      close(padFull);
    }
  }

  /// A first form, for readers of accepted records; the committer writes the final one.
  private int encodeGroup(Window window) {
    long at = window.endPosition();
    return ControlFrames.group(
        window.memory,
        window.tail,
        segment.seed(),
        at,
        FrameType.GROUP,
        0,
        epoch,
        nextIndex,
        promiseSegment,
        promisePosition,
        at + Layout.GROUP_FRAME);
  }

  /// Copies accepted bytes that are not yet on their way to the file; returns how many.
  long copyAccepted(long segmentNumber, long from, MemorySegment target) {
    Window window = ring.holding(segmentNumber, from);
    Window open = active;
    if (window == null
        && open != null
        && open.owner().number() == segmentNumber
        && from >= open.base + open.front
        && from < open.endPosition()) {
      window = open;
    }
    return window == null ? 0 : window.copyTo(target, from);
  }

  private boolean open(long need) {
    long carried = position - Layout.blockFloor(position);
    boolean begins = position == Layout.FIRST_FRAME;
    long front = begins ? Layout.STATE_FRAME_MAX : carried;
    long total = front + Layout.GROUP_FRAME + need + Window.RESERVE;
    Window window = ring.acquire(total);
    if (window == null) {
      return false;
    }
    window.open(segment, position - carried, carried, nextSeq, nextIndex);
    active = window;
    if (begins) {
      window.beginsSegment = true;
      window.tail +=
          ControlFrames.state(
              window.memory,
              window.tail,
              segment.seed(),
              position,
              epoch,
              nextIndex,
              durable(),
              owner.stateNow(segment.segment()));
    }
    return true;
  }

  /// Seals the active segment if it holds a record, and goes on in the next one.
  Room rollNow() throws StorageException {
    return nextIndex == segment.segment().firstIndex() ? Room.READY : roll(0);
  }

  /// Seals the active segment and goes on in the next one.
  private Room roll(long need) throws StorageException {
    long minBytes =
        Layout.FIRST_FRAME
            + Layout.STATE_FRAME_MAX
            + Layout.GROUP_FRAME
            + need
            + ActiveSegment.RESERVE;
    if (active == null && !open(0)) {
      return Room.WINDOW;
    }
    SegmentPool.Prepared next = pool.take(minBytes);
    if (next == null) {
      return Room.SEGMENT;
    }
    Window window = Objects.requireNonNull(active);
    long lastIndex = nextIndex - 1;
    long now = owner.wallMillis();
    window.tail +=
        ControlFrames.seal(
            window.memory,
            window.tail,
            segment.seed(),
            window.endPosition(),
            epoch,
            promiseSegment,
            promisePosition,
            new ControlFrames.Seal(
                segment.segment().firstIndex(),
                lastIndex,
                greatestTimestamp,
                next.header().number(),
                now));
    window.seals = true;
    long end = window.endPosition();
    close(false);
    Segment sealed = segment.segment().seal(end, lastIndex, greatestTimestamp, now);
    Segment fresh = new Segment(next.path(), next.header(), nextIndex);
    ActiveSegment old = segment;
    segment = ActiveSegment.of(fresh, next.file(), next.mapped());
    position = Layout.FIRST_FRAME;
    greatestTimestamp = Long.MIN_VALUE;
    askedForNext = false;
    outdated = false;
    owner.rolled(sealed, old, segment);
    return Room.READY;
  }

  /// Closes the active window: no more frames are added, the committer may take it.
  ///
  /// @param pad whether to fill the last block, so that the next group does not share it
  void close(boolean pad) {
    Window window = Objects.requireNonNull(active);
    if (pad) {
      Padding.toBlockEnd(window, epoch, nextIndex);
    }
    window.store(owner);
    position = window.endPosition();
    // Zeros behind the frames: the memory was used before.
    window.zeroTo(Layout.blockCeiling(position) - window.base);
    window.closedBytes = claimedBytes;
    nextSeq++;
    active = null;
    ring.close(window);
  }

  /// Encodes one record into the room that [#room] found; returns its index.
  long encode(byte[] payload, int offset, int length, int crc, long timestamp, int flags) {
    Window window = Objects.requireNonNull(active);
    long at = window.tail;
    MemorySegment.copy(
        payload, offset, window.memory, ValueLayout.JAVA_BYTE, at + Layout.HEADER, length);
    return finish(window, at, length, crc, timestamp, flags);
  }

  /// Encodes one record from memory; returns its index.
  long encode(MemorySegment payload, int crc, long timestamp, int flags) {
    Window window = Objects.requireNonNull(active);
    long at = window.tail;
    int length = Math.toIntExact(payload.byteSize());
    MemorySegment.copy(payload, 0, window.memory, at + Layout.HEADER, length);
    return finish(window, at, length, crc, timestamp, flags);
  }

  private long finish(Window window, long at, int length, int crc, long timestamp, int flags) {
    FrameWriter.zeroPadding(window.memory, at, length);
    FrameWriter.header(
        window.memory,
        at,
        segment.seed(),
        window.base + at,
        FrameType.RECORD,
        flags,
        length,
        window.checksum(at, length, crc),
        epoch,
        nextIndex,
        timestamp);
    long frame = Layout.frameBytes(length);
    window.tail = at + frame;
    claimedBytes += frame;
    if (timestamp > greatestTimestamp) {
      greatestTimestamp = timestamp;
    }
    long index = nextIndex++;
    window.lastIndex = index;
    if ((flags & Layout.FLAG_BATCH_END) != 0) {
      window.store(owner);
      window.batches++;
      if (!askedForNext && window.base + window.tail > segment.segment().fileBytes() / 2) {
        askedForNext = true;
        owner.halfFull();
      }
    }
    return index;
  }

  /// Notes where a batch begins, for [#takeBack].
  void mark() {
    markTail = Objects.requireNonNull(active).tail;
    markIndex = nextIndex;
    markBytes = claimedBytes;
    markTimestamp = greatestTimestamp;
  }

  /// Takes back the records behind the mark: the batch failed half way.
  void takeBack() {
    Window window = Objects.requireNonNull(active);
    window.tail = markTail;
    window.lastIndex = markIndex - 1;
    nextIndex = markIndex;
    claimedBytes = markBytes;
    greatestTimestamp = markTimestamp;
  }

  /// Returns the length of a frame that carries the log state now.
  long stateBytes() {
    return ControlFrames.stateBytes(owner.stateNow(segment.segment()));
  }

  /// Encodes a frame that carries the log state now; [#room] found [#stateBytes] bytes for it.
  void encodeState() {
    Window window = Objects.requireNonNull(active);
    LogState state = owner.stateNow(segment.segment());
    window.tail +=
        ControlFrames.state(
            window.memory,
            window.tail,
            segment.seed(),
            window.endPosition(),
            epoch,
            nextIndex,
            durable(),
            state);
  }

  /// Encodes the commit point of a suffix truncation; [#room] found the bytes for it.
  void encodeCut(ControlFrames.Cut cut) {
    Window window = Objects.requireNonNull(active);
    if (cut.segment() == segment.number()) {
      // What is written at the cut must not touch the block of this frame: until that is durable,
      // this frame is the truth.
      long safe = Layout.blockCeiling(cut.position() + Layout.STATE_FRAME_MAX);
      if (window.endPosition() < safe) {
        long gap = Math.max(Layout.HEADER, safe - window.endPosition());
        Padding.fill(window, Math.toIntExact(gap), epoch, nextIndex);
      }
    }
    // A later open may find no other: what is cut off may hold the last one.
    encodeState();
    window.tail +=
        ControlFrames.cut(
            window.memory,
            window.tail,
            segment.seed(),
            window.endPosition(),
            epoch,
            nextIndex,
            durable(),
            cut);
  }

  /// Puts a MARK into a window of its own; the group frame is not written then.
  ///
  /// @return whether there was a window for it
  boolean encodeMark(int flags) {
    if (active != null && active.hasFrames()) {
      return false;
    }
    if (active == null
        && (position + 2L * Layout.GROUP_FRAME > segment.limit() + ActiveSegment.STATE_RESERVE
            || !open(Layout.GROUP_FRAME))) {
      return false;
    }
    Window window = Objects.requireNonNull(active);
    long at = window.endPosition();
    window.tail +=
        ControlFrames.group(
            window.memory,
            window.tail,
            segment.seed(),
            at,
            FrameType.MARK,
            flags,
            epoch,
            nextIndex,
            promiseSegment,
            promisePosition,
            at + Layout.GROUP_FRAME);
    close(false);
    return true;
  }

  /// Everything before this place is durable.
  void promise(long segmentNumber, long durablePosition) {
    promiseSegment = segmentNumber;
    promisePosition = durablePosition;
  }

  Promise durable() {
    return new Promise(promiseSegment, promisePosition);
  }

  @Nullable Window active() {
    return active;
  }

  ActiveSegment segment() {
    return segment;
  }

  int epoch() {
    return epoch;
  }

  long nextIndex() {
    return nextIndex;
  }

  long nextSeq() {
    return nextSeq;
  }

  long position() {
    Window window = active;
    return window == null ? position : window.endPosition();
  }

  long claimedBytes() {
    return claimedBytes;
  }

  long greatestTimestamp() {
    return greatestTimestamp;
  }
}
