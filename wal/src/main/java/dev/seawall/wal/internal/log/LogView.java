// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.StorageException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentSet;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What a reader needs of a log, open for writing or only read. Thread-safe.
public interface LogView {
  /// Returns the segments now.
  SegmentSet segments();

  /// Returns the last record that may be seen.
  long visible(Visibility visibility);

  /// Returns a number that changes when records behind some place were cut off: what a reader holds
  /// in memory is void then.
  long generation();

  /// Returns whether records are being cut off this moment: nothing is visible then.
  default boolean changing() {
    return false;
  }

  /// Returns where the files are.
  SegmentFiles files();

  /// Returns what restores payloads; null when the log was opened without it.
  @Nullable RecordCodec codec();

  /// Returns the longest payload of a record.
  long maxRecordBytes();

  /// Copies accepted bytes that are not in the file yet; returns how many.
  long copyAccepted(long segment, long position, MemorySegment target);

  /// Waits until more may be visible, or the time has passed.
  void awaitMore(long nanos) throws InterruptedException;

  /// Looks at the directory again, where the view does not know by itself.
  void refresh() throws StorageException, WalException;

  /// A reader met damage.
  void damaged(CorruptException cause);

  /// Returns the monotonic clock.
  long nanoTime();
}
