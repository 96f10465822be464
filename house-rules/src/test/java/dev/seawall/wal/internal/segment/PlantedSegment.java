// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.wal.internal.recovery.PlantedRecovery;

/// Planted: a segment that knows recovery, and so closes a cycle.
public final class PlantedSegment {
  /// Makes one.
  public PlantedSegment() {}

  /// The cycle.
  public PlantedRecovery recovery() {
    return new PlantedRecovery();
  }
}
