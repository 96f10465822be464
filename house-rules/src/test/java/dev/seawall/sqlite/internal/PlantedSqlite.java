// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.archive.PlantedArchive;

/// Planted: a SQLite reader that knows where its links go.
public final class PlantedSqlite {
  private PlantedSqlite() {}

  /// Uses the archive.
  public static int segments() {
    return PlantedArchive.segments();
  }
}
