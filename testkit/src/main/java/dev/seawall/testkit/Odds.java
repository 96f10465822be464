// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.util.random.RandomGenerator;

/// The coins of one loss of power: sometimes nothing unsynced survives, sometimes everything,
/// mostly each thing by its own coin.
final class Odds {
  private enum Mode {
    NOTHING,
    EVERYTHING,
    RARELY,
    MOSTLY,
    EVENLY
  }

  private final RandomGenerator random;
  private final Mode mode;

  Odds(RandomGenerator random) {
    this.random = random;
    this.mode =
        switch (random.nextInt(8)) {
          case 0 -> Mode.NOTHING;
          case 1 -> Mode.EVERYTHING;
          case 2 -> Mode.RARELY;
          case 3 -> Mode.MOSTLY;
          default -> Mode.EVENLY;
        };
  }

  /// Returns whether one thing survives.
  boolean survives() {
    return switch (mode) {
      case NOTHING -> false;
      case EVERYTHING -> true;
      case RARELY -> random.nextInt(8) == 0;
      case MOSTLY -> random.nextInt(8) != 0;
      case EVENLY -> random.nextBoolean();
    };
  }

  /// Returns the sectors of one page that survive. Half of the pages survive or die as a whole, as
  /// most do in life.
  int sectors() {
    return switch (mode) {
      case NOTHING -> 0;
      case EVERYTHING -> Pages.ALL_SECTORS;
      default -> {
        int drawn = random.nextInt();
        if ((drawn & 0x100) != 0) {
          yield survives() ? Pages.ALL_SECTORS : 0;
        }
        yield switch (mode) {
          case RARELY -> drawn & drawn >>> 9 & drawn >>> 18;
          case MOSTLY -> drawn | drawn >>> 9 | drawn >>> 18;
          default -> drawn;
        };
      }
    };
  }

  /// Returns the length of a file whose length changed: old, new, or a whole number of blocks in
  /// between.
  long between(long before, long after) {
    if (mode == Mode.NOTHING) {
      return before;
    }
    if (mode == Mode.EVERYTHING) {
      return after;
    }
    return switch (random.nextInt(3)) {
      case 0 -> before;
      case 1 -> after;
      default -> {
        long low = Math.min(before, after);
        long high = Math.max(before, after);
        long blocks = (high - low) / Pages.PAGE;
        yield blocks == 0 ? after : low + random.nextLong(blocks + 1) * Pages.PAGE;
      }
    };
  }
}
