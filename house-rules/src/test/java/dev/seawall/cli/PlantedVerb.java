// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.internal.segment.PlantedSegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// Planted: a verb that reads files itself and reaches into the engine.
public final class PlantedVerb {
  private PlantedVerb() {}

  /// Does both.
  public static Object run() {
    return Files.exists(Path.of("/")) ? new PlantedSegment() : "";
  }
}
