// SPDX-License-Identifier: Apache-2.0
package dev.seawall.stream;

import dev.seawall.wal.internal.segment.PlantedSegment;

/// Planted: a front end that goes around the API.
public final class PlantedShortcut {
  private PlantedShortcut() {}

  /// Goes around it.
  public static Object shortcut() {
    return new PlantedSegment();
  }
}
