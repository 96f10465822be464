// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import picocli.CommandLine;

/// Planted: an engine with third-party code.
public final class PlantedEngine {
  private PlantedEngine() {}

  /// Uses it.
  public static boolean colours() {
    return CommandLine.Help.Ansi.AUTO.enabled();
  }
}
