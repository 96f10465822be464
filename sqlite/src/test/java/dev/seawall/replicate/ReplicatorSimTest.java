// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Seeds;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Commits are never lost and never reordered, and every restore point is the state behind one
/// commit. Any number of seeds with `-Dseeds=N`, or `sqlite/simulate`.
final class ReplicatorSimTest {
  @Test
  void commitsAreNeverLostAndNeverReordered() {
    Map<String, Integer> seen = new TreeMap<>();
    Seeds.forEach(150, 1, seed -> new ReplicatorSim(seed, seen).run());
    System.out.println("replicator: " + seen);
    if (System.getProperty("seed") == null) {
      assertThat(seen)
          .containsKeys(
              "captured",
              "checkpoint PASSIVE",
              "checkpoint TRUNCATE",
              "lost AWAY",
              "lost DATABASE_REPLACED",
              "lost JOURNAL_MODE_CHANGED",
              "merged 1",
              "merged 2",
              "merged 9",
              "removed",
              "snapshot FIRST");
    }
  }
}
