// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import org.jspecify.annotations.Nullable;

/// One incarnation of a simulated process; its doors ask whether it still runs.
final class Life {
  private @Nullable Death death;

  void check() {
    Death how = death;
    if (how != null) {
      // A new one each time: try-with-resources cannot suppress an error in favour of itself.
      throw new SimCrash(how);
    }
  }

  boolean isOver() {
    return death != null;
  }

  SimCrash end(Death how) {
    death = how;
    return new SimCrash(how);
  }
}
