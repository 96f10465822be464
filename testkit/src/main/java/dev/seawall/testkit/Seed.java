// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// The one number that a simulation is drawn from. Confined to the simulation's thread.
///
/// Every part of a simulation draws from a stream of its own, named by its purpose, so that one
/// more draw in one part does not change what another part does.
public final class Seed {
  private final long value;
  private final List<String> notes = new ArrayList<>();

  private Seed(long value) {
    this.value = value;
  }

  /// Returns the seed of the given number.
  public static Seed of(long value) {
    return new Seed(value);
  }

  /// Returns the number.
  public long value() {
    return value;
  }

  /// Returns a fresh stream for a purpose: the same seed and purpose always give the same stream.
  public RandomGenerator random(String purpose) {
    long salt = 0x9e37_79b9_7f4a_7c15L;
    for (int i = 0; i < purpose.length(); i++) {
      salt = (salt ^ purpose.charAt(i)) * 0x100_0000_01b3L;
    }
    return new SplittableRandom(value * 0xbf58_476d_1ce4_e5b9L + salt);
  }

  /// Adds a line to what is printed when the body of [Seeds#forEach] fails, for example the fault
  /// plan in use.
  public void note(String line) {
    notes.add(line);
  }

  /// Returns the line that replays: `-Dseed=…`.
  public String replay() {
    return "-Dseed=" + value;
  }

  List<String> notes() {
    return notes;
  }

  @Override
  public String toString() {
    return replay();
  }
}
