// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Decodes the frames of one segment file at any position, from a window of private memory that
/// moves along. One thread at a time.
///
/// The window has one length; only a longer frame, whose header has proved valid, gets memory of
/// its own length, and that memory is given back with the next move.
public final class FrameWindow implements AutoCloseable {
  /// Length of the window for one pass over much, in bytes.
  public static final int WINDOW_BYTES = 1 << 20;

  /// The longest record that any options allow. A tool does not know with which limit a log was
  /// written, and a valid header vouches for the length that it states.
  public static final long MAX_RECORD_BYTES = 1L << 30;

  private final StorageFile file;
  private final long fileBytes;
  private final FrameReader frames;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment window;
  private @Nullable Arena largeArena;
  private MemorySegment memory;
  private long base;
  private long length;
  private boolean zeros;
  private @Nullable StorageException unreadable;
  private boolean closed;

  /// @param file stays the caller's
  /// @param key of the segment
  /// @param segment its number
  /// @param fileBytes no frame reaches beyond it
  public FrameWindow(
      StorageFile file, FrameKey key, long segment, long fileBytes, int windowBytes) {
    this.file = file;
    this.window = arena.allocate(windowBytes, 8);
    this.memory = window;
    this.fileBytes = fileBytes;
    this.frames = new FrameReader(key, segment, fileBytes, MAX_RECORD_BYTES);
  }

  /// Returns the decoded frame at a position, until the next call; null when none is valid there.
  public @Nullable FrameReader frameAt(long position) {
    if (position + Layout.HEADER > fileBytes) {
      return null;
    }
    hold(position, Layout.HEADER);
    FrameReader.Result result = frames.read(position);
    if (result == FrameReader.Result.INCOMPLETE && position != base) {
      fill(position);
      result = frames.read(position);
    }
    if (result == FrameReader.Result.INCOMPLETE && length == memory.byteSize()) {
      fillLarge(position, frames.frameBytes());
      result = frames.read(position);
    }
    return result == FrameReader.Result.VALID ? frames : null;
  }

  /// Returns the first position in `[from, limit)` at which a valid frame stands; `limit` when
  /// there is none.
  public long search(long from, long limit) {
    zeros = true;
    long position = from;
    while (position + Layout.HEADER <= limit) {
      hold(position, Layout.HEADER);
      if (length < Layout.HEADER) {
        return limit; // The file is shorter than its header says.
      }
      // A frame begins with its checksum: a word of zeros is not worth a try.
      if (memory.get(Layout.U64, position - base) != 0) {
        if (frameAt(position) != null) {
          return position;
        }
        zeros = false;
      }
      position += 8;
    }
    return limit;
  }

  /// Returns whether the last [#search] passed over nothing but zeros. The last bytes in front of
  /// the limit, too short for a frame, are not looked at.
  public boolean passedZeros() {
    return zeros;
  }

  /// Returns whether the word at a position is zero.
  public boolean zeroAt(long position) {
    hold(position, Layout.HEADER);
    return position - base + 8 <= length && memory.get(Layout.U64, position - base) == 0;
  }

  /// Forgets what was read: the file may have changed.
  public void forget() {
    length = 0;
  }

  private void hold(long position, long bytes) {
    if (position < base || position + bytes > base + length) {
      fill(position);
    }
  }

  private void fill(long position) {
    releaseLarge();
    base = position;
    length = 0;
    length = read(position, window);
    frames.over(window, base, length);
  }

  private void fillLarge(long position, long bytes) {
    releaseLarge();
    Arena large = Arena.ofShared();
    largeArena = large;
    memory = large.allocate(bytes, 8);
    base = position;
    length = 0;
    length = read(position, memory);
    frames.over(memory, base, length);
  }

  /// Where the disk refuses, block by block: what cannot be read is zeros, and so no frame.
  private long read(long position, MemorySegment target) {
    try {
      return SegmentFiles.readFully(file, position, target);
    } catch (StorageException e) {
      return readAround(position, target);
    }
  }

  private long readAround(long position, MemorySegment target) {
    long done = 0;
    while (done < target.byteSize() && position + done < fileBytes) {
      long block = Layout.blockFloor(position + done) + Layout.BLOCK;
      long bytes = Math.min(target.byteSize() - done, block - position - done);
      MemorySegment part = target.asSlice(done, bytes);
      try {
        if (SegmentFiles.readFully(file, position + done, part) < bytes) {
          break;
        }
      } catch (StorageException e) {
        part.fill((byte) 0);
        unreadable = e;
      }
      done += bytes;
    }
    return done;
  }

  /// Returns why some bytes were taken for zeros since this was last asked; null when all could be
  /// read.
  public @Nullable StorageException takeUnreadable() {
    StorageException cause = unreadable;
    unreadable = null;
    return cause;
  }

  private void releaseLarge() {
    memory = window;
    Arena large = largeArena;
    if (large != null) {
      largeArena = null;
      large.close();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      releaseLarge();
      arena.close();
    }
  }
}
