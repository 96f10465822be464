// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.wal.PlantedApi;

/// Planted: a test kit that knows the engine.
public final class PlantedWalUser {
  private PlantedWalUser() {}

  /// Uses it.
  public static int count() {
    return PlantedApi.segments().size();
  }
}
