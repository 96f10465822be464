// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import dev.seawall.wal.PlantedApi;

/// Planted: a door named after what is above it, which it also uses.
public final class PlantedFrameDoor {
  private PlantedFrameDoor() {}

  /// Uses it.
  public static int segments() {
    return PlantedApi.segments().size();
  }
}
