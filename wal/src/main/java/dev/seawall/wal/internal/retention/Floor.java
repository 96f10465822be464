// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.retention;

import dev.seawall.wal.internal.frame.Layout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The lowest index that something still needs: one number with one definition, the lowest of the
/// checkpoint and all pins. Thread-safe.
///
/// A pin keeps the last value that was told, from the log state at open on, until its owner reports
/// another or removes it.
public final class Floor {
  private final TreeMap<String, Long> pins = new TreeMap<>();
  private long checkpoint;

  /// @param checkpoint 0 when never reported
  public Floor(long checkpoint, SortedMap<String, Long> pins) {
    this.checkpoint = checkpoint;
    this.pins.putAll(pins);
  }

  /// Returns the floor: records below it are needed by nobody.
  ///
  /// @param withoutCheckpoint what to return when no checkpoint was ever reported and no pin is
  ///   lower
  public synchronized long lowest(long withoutCheckpoint) {
    long lowest = checkpoint == 0 ? withoutCheckpoint : checkpoint;
    for (long pin : pins.values()) {
      lowest = Math.min(lowest, pin);
    }
    return lowest;
  }

  /// Returns the pin that holds the lowest index, when there is one below `index`.
  public synchronized Optional<Map.Entry<String, Long>> pinBelow(long index) {
    return pins.entrySet().stream()
        .filter(pin -> pin.getValue() < index)
        .min(Map.Entry.comparingByValue())
        .map(pin -> Map.entry(pin.getKey(), pin.getValue()));
  }

  /// Returns a pin that already counts on records above `lastIndexKept`, when there is one.
  public synchronized Optional<Map.Entry<String, Long>> pinAbove(long lastIndexKept) {
    return pins.entrySet().stream()
        .filter(pin -> pin.getValue() > lastIndexKept + 1)
        .findFirst()
        .map(pin -> Map.entry(pin.getKey(), pin.getValue()));
  }

  /// Sets a pin; returns whether that is news which must be durable before it can be relied on.
  public synchronized boolean pin(String name, long index) {
    if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > Layout.MAX_PIN_NAME) {
      throw new IllegalArgumentException(
          "pin '" + name + "': expected 1 to " + Layout.MAX_PIN_NAME + " bytes");
    }
    if (index < 1) {
      throw new IllegalArgumentException("pin " + name + " at " + index + ": the first index is 1");
    }
    if (!pins.containsKey(name) && pins.size() >= Layout.MAX_PINS) {
      throw new IllegalArgumentException("pin " + name + ": there are already " + pins.size());
    }
    Long before = pins.put(name, index);
    return before == null || before > index;
  }

  /// Removes a pin; returns whether there was one.
  public synchronized boolean unpin(String name) {
    return pins.remove(name) != null;
  }

  /// Raises the checkpoint; a lower one is ignored.
  public synchronized void checkpoint(long index) {
    checkpoint = Math.max(checkpoint, index);
  }

  /// Returns the checkpoint; 0 when never reported.
  public synchronized long checkpoint() {
    return checkpoint;
  }

  /// Returns a copy of the pins.
  public synchronized SortedMap<String, Long> pins() {
    return new TreeMap<>(pins);
  }
}
