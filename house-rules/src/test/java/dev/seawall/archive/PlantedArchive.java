// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.wal.PlantedApi;

/// Planted: an archive that looks into a link.
public final class PlantedArchive {
  private PlantedArchive() {}

  /// Looks.
  public static int segments() {
    return PlantedApi.segments().size();
  }
}
