// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.events;

import dev.seawall.wal.RecoveryReport;

/// Emits flight recorder events: `seawall.GroupCommitted`, `seawall.SegmentRolled`,
/// `seawall.Recovered`, `seawall.LogFailed`. Thread-safe.
///
/// A run-time image without the module `jdk.jfr` works, without events. An event that no recording
/// asks for costs one check and allocates nothing.
public final class WalEvents {
  private static final boolean AVAILABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private WalEvents() {}

  /// A sync made a group of appends durable.
  ///
  /// @param records that became durable
  /// @param bytes of their frames
  /// @param nanos from the submission of the write or sync to its completion
  public static void groupCommitted(long records, long bytes, long nanos) {
    if (AVAILABLE) {
      JfrEvents.groupCommitted(records, bytes, nanos);
    }
  }

  /// A segment was sealed and another one took over.
  public static void segmentRolled(long sealedSegment, long nextSegment) {
    if (AVAILABLE) {
      JfrEvents.segmentRolled(sealedSegment, nextSegment);
    }
  }

  /// A log was opened for writing.
  public static void recovered(RecoveryReport report) {
    if (AVAILABLE) {
      JfrEvents.recovered(report);
    }
  }

  /// A log failed for good.
  public static void logFailed(String message) {
    if (AVAILABLE) {
      JfrEvents.logFailed(message);
    }
  }
}
