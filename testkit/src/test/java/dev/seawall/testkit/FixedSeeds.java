// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

/// The same seeds every time, whatever `-Dseed` says: for tests about the set of outcomes that many
/// seeds have.
final class FixedSeeds {
  private FixedSeeds() {}

  static void forEach(int count, Seeds.Body body) {
    for (long value = 1; value <= count; value++) {
      Seeds.run(Seed.of(value), body);
    }
  }
}
