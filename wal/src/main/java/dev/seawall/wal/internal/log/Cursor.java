// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.IndexBeyondEndException;
import dev.seawall.wal.IndexTruncatedException;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.codec.RecordUnpacker;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.scan.SeekIndex;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import dev.seawall.wal.internal.segment.SegmentSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Reads records in index order from private memory: chunks are copied from the file, checked
/// there, and never looked at in a mapping. Confined to one thread.
public final class Cursor implements AutoCloseable {
  private static final int CHUNK = 256 << 10;

  private final LogView view;
  private final Visibility visibility;
  private final IoQueue queue;
  private Arena arena = Arena.ofShared();
  private MemorySegment memory;

  private @Nullable Segment segment;
  private @Nullable StorageFile file;
  private @Nullable FrameReader frames;
  private long generation;
  private long position;
  private long chunkBase;
  private long chunkLength;
  private boolean chunkAccepted;

  /// The next record was not written when the chunk was read from the file: it may not be in it.
  private boolean chunkUnwritten;

  private long nextIndex;
  private long epoch;
  private final RecordUnpacker unpacker;
  private @Nullable MemorySegment payload;
  private boolean closed;

  /// @param from the first record to read
  public Cursor(LogView view, Visibility visibility, long from) {
    this.view = view;
    this.visibility = visibility;
    this.nextIndex = from;
    this.unpacker = new RecordUnpacker(view.codec());
    this.queue = view.files().files().newQueue();
    this.memory = arena.allocate(CHUNK, 8);
    this.generation = view.generation();
  }

  /// Moves to the next record; returns false when none is visible now.
  ///
  /// @throws IndexTruncatedException when it was removed
  /// @throws IndexBeyondEndException when the log ends more than one record before it
  /// @throws CorruptException when it is damaged
  public boolean next() throws WalException, StorageException {
    if (closed) {
      throw new IllegalStateException("the reader is closed");
    }
    payload = null;
    if (view.changing()) {
      return false;
    }
    if (generation != view.generation()) {
      generation = view.generation();
      leave();
    }
    long visible = view.visible(visibility);
    if (nextIndex > visible) {
      if (nextIndex > visible + 1 && nextIndex > view.visible(Visibility.ACCEPTED) + 1) {
        throw new IndexBeyondEndException(nextIndex, view.visible(Visibility.ACCEPTED));
      }
      return false;
    }
    while (true) {
      if (segment == null) {
        enter();
      }
      FrameReader reader = readFrame();
      if (reader == null) {
        return false;
      }
      position = reader.end();
      boolean stale = isStale(reader);
      epoch = Math.max(epoch, reader.epoch());
      if (reader.type() == FrameType.SEAL && !stale) {
        if (!follow()) {
          return refuse("the log ends here, and record " + nextIndex + " was expected");
        }
      } else if (stale || (reader.type() == FrameType.RECORD && reader.index() > nextIndex)) {
        return refuse(
            "expected record "
                + nextIndex
                + ", found "
                + reader.index()
                + (stale ? " of an epoch or a segment that had ended" : ""));
      } else if (reader.type() == FrameType.RECORD && reader.index() == nextIndex) {
        if (view.changing() || generation != view.generation()) {
          return false; // Perhaps what was just read is cut off.
        }
        nextIndex++;
        return true;
      }
    }
  }

  /// Restores the payload of the current record. When that fails, this record is the next one
  /// again.
  ///
  /// @throws CorruptException when the stored bytes are not what was stored
  /// @throws WalException when a codec or key is missing
  public void unpack() throws WalException {
    FrameReader record = frame();
    boolean done = false;
    try {
      payload = unpacker.unpack(record, current().key(), current().path());
      done = true;
    } catch (CorruptException e) {
      view.damaged(e);
      throw e;
    } finally {
      if (!done) {
        nextIndex = record.index();
        position = record.position();
      }
    }
  }

  /// Returns the payload that [#unpack] restored, until the next call.
  public MemorySegment payload() {
    MemorySegment restored = payload;
    if (restored == null) {
      throw new IllegalStateException("no current record");
    }
    return restored;
  }

  /// Returns whether a frame that is valid was cut off here once: it does not exist for a reader.
  private boolean isStale(FrameReader frame) {
    Segment current = current();
    return frame.epoch() < epoch
        || (frame.type() == FrameType.RECORD
            && current.sealed()
            && frame.index() > current.lastIndex());
  }

  /// Another frame stands here than the one that should: looks again, and calls it damage when
  /// nothing has changed.
  private boolean refuse(String why) throws WalException, StorageException {
    view.refresh();
    if (generation != view.generation() || view.changing()) {
      return next(); // What stands here was cut off and written anew.
    }
    if (nextIndex < view.segments().firstIndexKept()) {
      // The segments in between went while this reader stood before them.
      throw new IndexTruncatedException(nextIndex, view.segments().firstIndexKept());
    }
    throw corrupt(why);
  }

  private void enter() throws WalException, StorageException {
    SegmentSet segments = view.segments();
    if (nextIndex < segments.firstIndexKept()) {
      throw new IndexTruncatedException(nextIndex, segments.firstIndexKept());
    }
    Segment holding = segments.holding(nextIndex);
    if (holding == null) {
      throw new IndexTruncatedException(nextIndex, segments.segments().getFirst().firstIndex());
    }
    open(holding);
    if (nextIndex > holding.firstIndex()) {
      SeekIndex.fill(view.files(), holding);
    }
    position = holding.index().positionFor(nextIndex);
  }

  private void open(Segment target) throws WalException, StorageException {
    CorruptException damage = target.damage();
    if (damage != null) {
      throw damage;
    }
    target.holders().incrementAndGet();
    try {
      file = view.files().openForReading(target.path(), queue);
    } catch (StorageException e) {
      target.holders().decrementAndGet();
      view.refresh();
      if (view.segments().byNumber(target.number()) == null) {
        throw new IndexTruncatedException(nextIndex, view.segments().firstIndexKept());
      }
      throw e;
    }
    segment = target;
    frames =
        new FrameReader(target.key(), target.number(), target.fileBytes(), view.maxRecordBytes());
    chunkLength = 0;
    chunkBase = 0;
    epoch = 0;
  }

  /// Goes on in the next segment; returns false, and stays, when there is none.
  private boolean follow() throws WalException, StorageException {
    long number = current().number();
    Segment after = view.segments().after(number);
    if (after == null) {
      view.refresh();
      after = view.segments().after(number);
    }
    if (after == null) {
      return false;
    }
    leave();
    open(after);
    position = Layout.FIRST_FRAME;
    return true;
  }

  private void leave() {
    if (file != null) {
      file.close();
    }
    if (segment != null) {
      segment.holders().decrementAndGet();
    }
    file = null;
    segment = null;
    frames = null;
  }

  /// Returns the reader on the frame at the position; null when accepted bytes cannot be had this
  /// moment.
  private @Nullable FrameReader readFrame() throws WalException, StorageException {
    FrameReader reader = frames;
    if (reader == null) {
      throw new AssertionError("no segment");
    }
    boolean fresh = false;
    if (position < chunkBase || position >= chunkBase + chunkLength) {
      fill(position);
      fresh = true;
    }
    while (true) {
      reader.over(memory, chunkBase, chunkLength);
      FrameReader.Result result = reader.read(position);
      switch (result) {
        case VALID -> {
          return reader;
        }
        case INCOMPLETE -> {
          if (fresh && chunkBase == position && chunkLength < memory.byteSize()) {
            return lost();
          }
          if (fresh && chunkBase == position) {
            grow(reader.frameBytes());
          }
          fill(position);
          fresh = true;
        }
        case INVALID -> {
          // What was copied from a window may be half of two forms: the committer gives a group its
          // last one without the lock. The next copy, or the file, has it whole.
          if (fresh && !chunkAccepted) {
            return lost();
          }
          fill(position);
          fresh = true;
        }
      }
    }
  }

  private void grow(long bytes) {
    Arena larger = Arena.ofShared();
    memory = larger.allocate(Math.max(bytes + Layout.BLOCK, memory.byteSize() * 2), 8);
    arena.close();
    arena = larger;
    chunkLength = 0;
  }

  private void fill(long from) throws StorageException {
    Segment current = segment;
    StorageFile open = file;
    if (current == null || open == null) {
      throw new AssertionError("no segment");
    }
    chunkBase = from;
    chunkAccepted = false;
    chunkUnwritten =
        visibility == Visibility.ACCEPTED && nextIndex > view.visible(Visibility.WRITTEN);
    if (chunkUnwritten) {
      chunkLength = view.copyAccepted(current.number(), from, memory);
      if (chunkLength > 0) {
        chunkAccepted = true;
        return;
      }
    }
    chunkLength = SegmentFiles.readFully(open, from, memory);
  }

  /// No valid frame where one should be: a removed segment, accepted bytes on their way, or damage.
  private @Nullable FrameReader lost() throws WalException, StorageException {
    Segment current = current();
    if (chunkUnwritten) {
      chunkLength = 0; // It may be written by now, and then the next look finds it.
      return null;
    }
    if (view.changing() || generation != view.generation()) {
      chunkLength = 0;
      return null;
    }
    view.refresh();
    if (view.segments().byNumber(current.number()) == null
        || nextIndex < view.segments().firstIndexKept()
        || usedAgain(current)) {
      throw new IndexTruncatedException(nextIndex, view.segments().firstIndexKept());
    }
    if (generation != view.generation()) {
      return null;
    }
    throw corrupt("no valid frame; expected record " + nextIndex);
  }

  private boolean usedAgain(Segment current) throws StorageException {
    StorageFile open = file;
    if (open == null) {
      return false;
    }
    try (Arena block = Arena.ofConfined()) {
      MemorySegment header = block.allocate(SegmentHeader.BYTES);
      long length = SegmentFiles.readFully(open, 0, header);
      return SegmentHeader.parse(header, length) instanceof SegmentHeader.Parsed.Good good
          && good.header().key().salt() != current.key().salt();
    }
  }

  private CorruptException corrupt(String why) {
    Segment current = current();
    CorruptException cause = new CorruptException(current.path(), position, nextIndex - 1, why);
    view.damaged(cause);
    return cause;
  }

  /// Makes `index` the next record.
  public void seek(long index) {
    leave();
    nextIndex = index;
  }

  /// Makes the first record with a timestamp of at least `timestamp` the next one; the end of the
  /// log when there is none.
  public void seekTime(long timestamp) throws WalException, StorageException {
    leave();
    SegmentSet segments = view.segments();
    for (Segment candidate : segments.segments()) {
      if (candidate.sealed() && candidate.greatestTimestamp() < timestamp) {
        continue;
      }
      nextIndex = Math.max(candidate.firstIndex(), segments.firstIndexKept());
      if (nextIndex > view.visible(visibility)) {
        break;
      }
      open(candidate);
      SeekIndex.fill(view.files(), candidate);
      position = candidate.index().positionForTime(timestamp);
      if (scanFor(timestamp)) {
        return;
      }
    }
    seek(view.visible(visibility) + 1);
  }

  private boolean scanFor(long timestamp) throws WalException, StorageException {
    long visible = view.visible(visibility);
    long first = nextIndex;
    while (true) {
      FrameReader reader = readFrame();
      if (reader == null || reader.type() == FrameType.SEAL) {
        leave();
        return false;
      }
      if (reader.type() == FrameType.RECORD) {
        if (reader.index() > visible) {
          leave();
          return false;
        }
        if (reader.index() >= first && reader.timestamp() >= timestamp) {
          nextIndex = reader.index();
          return true;
        }
        if (reader.index() == visible) {
          leave();
          return false;
        }
      }
      position = reader.end();
    }
  }

  /// Returns the frame of the current record, until the next call.
  public FrameReader frame() {
    FrameReader reader = frames;
    if (reader == null) {
      throw new IllegalStateException("no current record");
    }
    return reader;
  }

  /// Returns the number of the segment that holds the current record.
  long segmentNumber() {
    return current().number();
  }

  /// Returns the first index of that segment.
  long segmentFirstIndex() {
    return current().firstIndex();
  }

  private Segment current() {
    Segment current = segment;
    if (current == null) {
      throw new AssertionError("no segment");
    }
    return current;
  }

  /// Returns the index that [#next] will give.
  public long nextIndex() {
    return nextIndex;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      leave();
      queue.close();
      arena.close();
    }
  }
}
