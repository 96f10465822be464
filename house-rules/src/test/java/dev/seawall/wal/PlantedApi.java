// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.wal.internal.segment.PlantedSegment;
import java.util.List;

/// Planted: an API that shows an internal type, hidden in a type argument.
public final class PlantedApi {
  private PlantedApi() {}

  /// Shows it.
  public static List<PlantedSegment> segments() {
    return List.of();
  }
}
