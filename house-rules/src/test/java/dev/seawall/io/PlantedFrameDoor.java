// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// Planted: a door named after what is above it.
public final class PlantedFrameDoor {
  private PlantedFrameDoor() {}
}
