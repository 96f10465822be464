// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.FormatTooNewException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import dev.seawall.wal.internal.segment.Strangers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Refuses a directory in which the files of several logs, or of several versions, stand, before
/// anything in it is judged or removed. Stateless.
final class Identity {
  private Identity() {}

  /// Reads every header.
  ///
  /// @throws CorruptException when a file holds frames of another log than most
  /// @throws FormatTooNewException when a newer version wrote any of them
  static void check(SegmentFiles files, List<SegmentFiles.Entry> ready, IoQueue queue)
      throws StorageException, WalException {
    Map<SegmentFiles.Entry, SegmentHeader> headers = new LinkedHashMap<>();
    for (SegmentFiles.Entry entry : ready) {
      SegmentHeader header = sound(files, entry, queue);
      if (header != null) {
        headers.put(entry, header);
      }
    }
    for (SegmentFiles.Entry stranger : Strangers.find(files, headers, queue)) {
      throw new CorruptException(
          stranger.path(), 16, 0, "it belongs to another log than the other files; move it away");
    }
  }

  private static @Nullable SegmentHeader sound(
      SegmentFiles files, SegmentFiles.Entry entry, IoQueue queue)
      throws StorageException, WalException {
    try {
      return files.header(entry, queue);
    } catch (CorruptException e) {
      return null; // Damage is judged by its place in the log, later.
    }
  }
}
