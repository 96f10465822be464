// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import dev.seawall.io.FileStatus;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Walks the newest segment as far as its chain goes, and on from there when it has grown. Reads no
/// byte twice but those behind the last whole batch. One thread at a time.
public final class TailWalk implements AutoCloseable {
  private static final int WINDOW_BYTES = 256 << 10;

  private final SegmentFiles files;
  private final SegmentFiles.Entry entry;
  private final SegmentHeader header;
  private final IoQueue queue;
  private final StorageFile file;
  private final FrameWindow window;
  private final Chain chain;
  private @Nullable Segment segment;
  private @Nullable Segment sealed;
  private long broken = Layout.FIRST_FRAME;
  private long limit;
  private boolean fresh;
  private long droppedFrames;
  private long firstDroppedIndex;
  private long droppedEnd;
  private @Nullable StorageException unreadable;

  /// Opens the segment's file for reading.
  public TailWalk(SegmentFiles files, SegmentFiles.Entry entry, SegmentHeader header)
      throws StorageException {
    this.files = files;
    this.entry = entry;
    this.header = header;
    this.limit = header.fileBytes();
    this.chain = new Chain(entry.number());
    this.queue = files.files().newQueue();
    boolean opened = false;
    try {
      this.file = files.openForReading(entry.path(), queue);
      opened = true;
    } finally {
      if (!opened) {
        queue.close();
      }
    }
    this.window =
        new FrameWindow(file, header.key(), header.number(), header.fileBytes(), WINDOW_BYTES);
  }

  /// Does not look at or behind a position.
  public void limit(long position) {
    limit = position;
  }

  /// Walks from the last whole batch as far as the chain goes; returns whether it came further.
  public boolean walk() throws StorageException {
    long before = chain.cut();
    boolean startedBefore = chain.started();
    chain.rewind();
    if (!fresh) {
      window.forget();
    }
    fresh = false;
    long position = chain.cut();
    boolean boundary = true;
    while (position < limit) {
      FrameReader frame = window.frameAt(position);
      if (frame == null || frame.end() > limit) {
        break;
      }
      long greatest = chain.greatestTimestamp();
      if (!chain.take(frame)) {
        break;
      }
      if (frame.type() == FrameType.RECORD) {
        if (boundary) {
          require().index().add(frame.index(), position, greatest);
        }
        boundary = frame.endsBatch();
      } else if (segment == null) {
        segment = newSegment();
      }
      position = frame.end();
    }
    broken = position;
    return chain.cut() > before || chain.started() != startedBefore;
  }

  /// Searches up to `bytes` bytes behind the break for frames that tell of more: promises, cuts,
  /// whole records that do not follow.
  public void search(long bytes) throws StorageException {
    droppedFrames = 0;
    firstDroppedIndex = 0;
    droppedEnd = 0;
    if (chain.seal() != null) {
      return;
    }
    long end = bytes > limit - broken ? limit : broken + bytes;
    long position = window.search(broken, end);
    while (position < end) {
      FrameReader frame = window.frameAt(position);
      if (frame == null) {
        break;
      }
      chain.hear(frame);
      if (frame.epoch() >= chain.epoch()) {
        droppedEnd = Math.max(droppedEnd, frame.end());
        if (frame.type() == FrameType.RECORD) {
          droppedFrames++;
          long dropped = frame.index();
          firstDroppedIndex =
              firstDroppedIndex == 0 ? dropped : Math.min(firstDroppedIndex, dropped);
        }
      }
      position = window.search(frame.end(), end);
    }
    long partial = chain.nextIndex() - 1 - chain.lastIndex();
    if (chain.started() && partial > 0) {
      droppedFrames += partial;
      firstDroppedIndex = chain.lastIndex() + 1;
    }
  }

  /// Returns whether bytes that were promised are not there. The promise may have been seen later
  /// than the bytes were looked at: walk again before believing it.
  public boolean shortOfPromise() {
    return chain.seal() == null && Math.min(chain.promisedEnd(), limit) > chain.cut();
  }

  /// Returns whether the last frame kept still stands where it stood, in a file that still has its
  /// name and its salt. If not, the log was truncated behind this walk's back.
  public boolean stillHolds() throws StorageException {
    FileStatus status = files.files().status(entry.path());
    if (!status.isFile()) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(SegmentHeader.BYTES);
      long length = SegmentFiles.readFully(file, 0, block);
      if (!(SegmentHeader.parse(block, length) instanceof SegmentHeader.Parsed.Good good)
          || !good.header().equals(header)) {
        return false;
      }
    }
    if (!chain.started()) {
      return true;
    }
    window.forget();
    fresh = true;
    FrameReader frame = window.frameAt(chain.lastFrame());
    return frame != null && frame.end() == chain.cut() && frame.epoch() == chain.epoch();
  }

  /// Returns what belongs.
  public Chain chain() {
    return chain;
  }

  /// Returns the file's name and number.
  public SegmentFiles.Entry entry() {
    return entry;
  }

  /// Returns the file's header.
  public SegmentHeader header() {
    return header;
  }

  /// Returns where the chain of valid frames breaks.
  public long broken() {
    return broken;
  }

  /// Returns how many whole record frames the last search found behind the cut.
  public long droppedFrames() {
    return droppedFrames;
  }

  /// Returns the lowest index among them; 0 when there is none.
  public long firstDroppedIndex() {
    return firstDroppedIndex;
  }

  /// Returns the bytes from the cut to the end of what is known to have been written.
  public long tornBytes() {
    if (chain.seal() != null) {
      return 0;
    }
    long declared = Math.min(chain.declaredEnd(), limit);
    return Math.max(Math.max(declared, droppedEnd), broken) - chain.cut();
  }

  /// Returns the segment, with a seek index that grows as it is walked; sealed when its seal was
  /// found, null when its first frame was not.
  public @Nullable Segment segment() {
    Segment open = segment;
    var seal = chain.seal();
    if (open == null || seal == null) {
      return open;
    }
    if (sealed == null) {
      sealed =
          open.seal(chain.cut(), chain.lastIndex(), seal.greatestTimestamp(), seal.sealedMillis());
    }
    return sealed;
  }

  /// Returns the segment as an active one that ends at the last whole batch, whether or not a seal
  /// was found.
  ///
  /// @throws IllegalStateException when its first frame was not found
  public Segment active() {
    Segment open = segment;
    if (open == null) {
      throw new IllegalStateException(entry.path() + " has no first frame");
    }
    open.index().cutAt(chain.cut());
    return open;
  }

  /// Returns why bytes of the file could not be read and were taken for none; null when all could.
  public @Nullable StorageException unreadable() {
    StorageException cause = window.takeUnreadable();
    unreadable = unreadable == null ? cause : unreadable;
    return unreadable;
  }

  private @Nullable Segment newSegment() {
    var first = chain.firstState();
    return first == null ? null : new Segment(entry.path(), header, first.segmentFirstIndex());
  }

  private Segment require() {
    return Objects.requireNonNull(segment, "a record before the first frame");
  }

  @Override
  public void close() {
    window.close();
    file.close();
    queue.close();
  }
}
