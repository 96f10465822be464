// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

/// Planted: a format that knows threads.
public final class PlantedLtx {
  private PlantedLtx() {}

  /// Asks who runs it.
  public static String who() {
    return Thread.currentThread().getName();
  }
}
