// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.io.FileSystem;
import dev.seawall.io.IoTicket;
import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A segment that accepts frames, with the one open file, or the mapping of it, that all its writes
/// and syncs go through.
///
/// @param segment what is known of it
/// @param file open for writing; only read while there is a mapping
/// @param seed of its frame key, computed once
/// @param mapped the whole file as memory, in which appends store; null when windows are written
public record ActiveSegment(
    Segment segment, StorageFile file, long seed, @Nullable MappedWindow mapped) {
  /// Bytes at the end of a file that appends leave free: for the seal, and for the frames that
  /// recoveries and truncations add.
  public static final int RESERVE = 2048;

  /// How much of the reserve log states and marks may use; the rest is for the seal and for
  /// recoveries.
  public static final int STATE_RESERVE = RESERVE / 2;

  /// Makes one whose windows are written.
  public static ActiveSegment of(Segment segment, StorageFile file) {
    return of(segment, file, null);
  }

  /// Makes one.
  public static ActiveSegment of(Segment segment, StorageFile file, @Nullable MappedWindow mapped) {
    return new ActiveSegment(segment, file, segment.key().seed(), mapped);
  }

  /// Returns the same with a mapping; nothing may write the file from now on.
  ///
  /// @param from where stores begin
  public ActiveSegment map(FileSystem files, long from) throws StorageException {
    MappedWindow whole = map(files, segment.path(), segment.fileBytes(), from);
    return new ActiveSegment(segment, file, seed, whole);
  }

  /// Maps a segment's file and pays for the first store into each page behind a position, instead
  /// of in an append.
  static MappedWindow map(FileSystem files, Path path, long bytes, long from)
      throws StorageException {
    MappedWindow whole = files.map(path, 0, bytes);
    boolean ready = false;
    try {
      whole.touch(from, bytes - from);
      ready = true;
    } finally {
      if (!ready) {
        whole.close();
      }
    }
    return whole;
  }

  /// Returns the position that frames of appends do not pass.
  public long limit() {
    return segment.fileBytes() - RESERVE;
  }

  /// Returns the segment number.
  public long number() {
    return segment.number();
  }

  /// Returns whether this is the same segment.
  public boolean is(@Nullable ActiveSegment other) {
    return other != null && other.number() == number();
  }

  /// Starts a sync; of a mapping, of one range, and inside the call.
  public void submitSync(IoTicket ticket, long from, long to) {
    if (mapped == null) {
      file.submitSync(ticket);
      return;
    }
    ticket.begin();
    StorageException failure = null;
    try {
      mapped.sync(from, to - from);
    } catch (StorageException e) {
      failure = e;
    }
    ticket.complete(failure);
  }

  /// Closes file and mapping; nothing becomes durable by it.
  public void close() {
    if (mapped != null) {
      mapped.close();
    }
    file.close();
  }
}
