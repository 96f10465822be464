// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.BackendReport;
import dev.seawall.io.StorageException;

/// Told what an operator may want to know. Every method does nothing by default.
///
/// Called on the log's threads, one call at a time per thread; must return quickly and not call the
/// log. What it throws is swallowed.
public interface WalListener {
  /// Hears nothing.
  WalListener NONE = new WalListener() {};

  /// The log was opened.
  default void recovered(RecoveryReport report) {}

  /// The log was opened and writes with this backend; what would have come before it was forbidden,
  /// unsupported or switched off, and the report says why.
  default void backendTaken(BackendReport report) {}

  /// A segment was sealed and the next one took over.
  default void rolled(long sealedSegment, long nextSegment) {}

  /// An append waits because no segment is prepared yet.
  default void preparationBehind() {}

  /// The next segment could not be prepared.
  default void diskFull(LogFullException cause) {}

  /// A segment was removed, or its file taken for a new segment.
  default void segmentRemoved(long segment, boolean recycled) {}

  /// The seek index of a sealed segment could not be written; reading does without.
  default void sidecarFailed(long segment, StorageException cause) {}

  /// A sealed segment was compressed, and its file went.
  default void segmentCompressed(long segment) {}

  /// A sealed segment could not be compressed; it stays as it is.
  default void compressionFailed(long segment, StorageException cause) {}

  /// A caller changed its payload during the append.
  default void payloadChanged(long index) {}

  /// Damage was found where the log was durable; appends go on.
  default void damaged(CorruptException cause) {}

  /// Sweeping by age pauses: wall and monotonic clock disagree by this much.
  default void clocksDisagree(long millis) {}

  /// A callback or a dependent stage threw.
  default void callbackFailed(long index, Throwable thrown) {}

  /// The log failed for good.
  default void failed(LogFailedException cause) {}
}
