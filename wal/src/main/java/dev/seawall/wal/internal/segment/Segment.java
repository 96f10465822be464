// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.wal.CorruptException;
import dev.seawall.wal.internal.frame.FrameKey;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What is known of one segment that holds frames. Immutable, but for the shared index and the
/// count of holders.
public final class Segment {
  private final long number;
  private final Path path;
  private final FrameKey key;
  private final long fileBytes;
  private final int features;
  private final long firstIndex;
  private final boolean sealed;
  private final long end;
  private final long lastIndex;
  private final long greatestTimestamp;
  private final long sealedMillis;
  private final @Nullable CorruptException damage;
  private final SparseIndex index;
  private final AtomicInteger holders;

  private Segment(
      Segment from,
      boolean sealed,
      long end,
      long lastIndex,
      long greatestTimestamp,
      long sealedMillis,
      @Nullable CorruptException damage) {
    this.number = from.number;
    this.path = from.path;
    this.key = from.key;
    this.fileBytes = from.fileBytes;
    this.features = from.features;
    this.firstIndex = from.firstIndex;
    this.index = from.index;
    this.holders = from.holders;
    this.sealed = sealed;
    this.end = end;
    this.lastIndex = lastIndex;
    this.greatestTimestamp = greatestTimestamp;
    this.sealedMillis = sealedMillis;
    this.damage = damage;
  }

  /// Makes an active segment that uses no feature.
  public Segment(long number, Path path, FrameKey key, long fileBytes, long firstIndex) {
    this(number, path, key, fileBytes, 0, firstIndex);
  }

  /// Makes an active segment.
  public Segment(Path path, SegmentHeader header, long firstIndex) {
    this(header.number(), path, header.key(), header.fileBytes(), header.features(), firstIndex);
  }

  private Segment(
      long number, Path path, FrameKey key, long fileBytes, int features, long firstIndex) {
    this.number = number;
    this.path = path;
    this.key = key;
    this.fileBytes = fileBytes;
    this.features = features;
    this.firstIndex = firstIndex;
    this.sealed = false;
    this.end = fileBytes;
    this.lastIndex = firstIndex - 1;
    this.greatestTimestamp = Long.MIN_VALUE;
    this.sealedMillis = 0;
    this.damage = null;
    this.index = new SparseIndex();
    this.holders = new AtomicInteger();
  }

  /// Returns the same segment, sealed.
  ///
  /// @param end behind the SEAL frame
  /// @param sealedMillis wall clock at the seal, as far as known: age is measured from it
  public Segment seal(long end, long lastIndex, long greatestTimestamp, long sealedMillis) {
    return new Segment(this, true, end, lastIndex, greatestTimestamp, sealedMillis, null);
  }

  /// Returns the same segment, active again.
  public Segment reopen() {
    return new Segment(this, false, fileBytes, firstIndex - 1, Long.MIN_VALUE, 0, null);
  }

  /// Returns the same sealed segment, unreadable.
  public Segment damaged(CorruptException cause) {
    return new Segment(this, true, end, lastIndex, greatestTimestamp, sealedMillis, cause);
  }

  /// Returns the same unreadable segment with another beginning, for one of which nobody tells
  /// where it began.
  public Segment damagedFrom(long index) {
    CorruptException cause = damage;
    if (cause == null) {
      throw new IllegalStateException(this + " can be read, and says where it begins");
    }
    return new Segment(number, path, key, fileBytes, features, index)
        .seal(end, Math.max(index - 1, lastIndex), greatestTimestamp, sealedMillis)
        .damaged(cause);
  }

  /// Returns the segment number.
  public long number() {
    return number;
  }

  /// Returns its file.
  public Path path() {
    return path;
  }

  /// Returns the log id and its salt.
  public FrameKey key() {
    return key;
  }

  /// Returns the file's length in bytes.
  public long fileBytes() {
    return fileBytes;
  }

  /// Returns what its frames may use, bits of `FormatVersion`; 0 when unknown.
  public int features() {
    return features;
  }

  /// Returns the index of its first record, whether or not it has one yet.
  public long firstIndex() {
    return firstIndex;
  }

  /// Returns whether it is immutable.
  public boolean sealed() {
    return sealed;
  }

  /// Returns where its frames end when sealed; the length of the file otherwise.
  public long end() {
    return end;
  }

  /// Returns its last record when sealed.
  public long lastIndex() {
    return lastIndex;
  }

  /// Returns the greatest timestamp when sealed; [Long#MIN_VALUE] when it holds no record.
  public long greatestTimestamp() {
    return greatestTimestamp;
  }

  /// Returns the wall clock at the seal; 0 when active.
  public long sealedMillis() {
    return sealedMillis;
  }

  /// Returns why it cannot be read; null when it can.
  public @Nullable CorruptException damage() {
    return damage;
  }

  /// Returns its seek index, shared by all states of the segment.
  public SparseIndex index() {
    return index;
  }

  /// Returns how many readers of this process are inside it; its file is not used again while there
  /// are any.
  public AtomicInteger holders() {
    return holders;
  }

  @Override
  public String toString() {
    return path.getFileName() + "[" + firstIndex + ".." + (sealed ? lastIndex : "") + "]";
  }
}
