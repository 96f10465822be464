// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.wal.internal.segment.PlantedSegment;

/// Planted: the other half of a cycle.
public final class PlantedRecovery {
  /// Makes one.
  public PlantedRecovery() {}

  /// The cycle.
  public PlantedSegment segment() {
    return new PlantedSegment();
  }
}
