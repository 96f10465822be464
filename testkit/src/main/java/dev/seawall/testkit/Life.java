// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import org.jspecify.annotations.Nullable;

/// One incarnation of a simulated process; its doors ask whether it still runs.
final class Life {
  private @Nullable SimCrash end;

  void check() {
    SimCrash crash = end;
    if (crash != null) {
      throw crash;
    }
  }

  boolean isOver() {
    return end != null;
  }

  SimCrash end(Death death) {
    SimCrash crash = new SimCrash(death);
    end = crash;
    return crash;
  }
}
