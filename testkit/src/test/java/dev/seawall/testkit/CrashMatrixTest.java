// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.ToyLog.Flaw;
import dev.seawall.testkit.ToyLog.Toy;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The oracle passes a correct log, and can fail: I-1 to I-6, I-10.
class CrashMatrixTest {
  private static final int SEEDS_TO_CATCH = 300;
  private static final Set<Flaw> SEEN_UNDER_LIES =
      EnumSet.of(Flaw.CHECKS_NO_CHECKSUM, Flaw.DROPS_IN_SILENCE);

  @Test
  void aCorrectLogPassesUnderHonestFaults() {
    CrashMatrix.of(new Toy()).withDurabilities(2).checkHonest(400, 1);
  }

  @Test
  void aCorrectLogPassesUnderDishonestFaults() {
    CrashMatrix.of(new Toy()).withDurabilities(2).checkDishonest(400, 1);
  }

  @ParameterizedTest
  @EnumSource(Flaw.class)
  void everyFlawIsCaught(Flaw flaw) {
    CrashMatrix matrix = CrashMatrix.of(new Toy(flaw)).withDurabilities(2);
    AssertionError caught = null;
    int seeds = 0;
    while (caught == null && seeds < SEEDS_TO_CATCH) {
      Seed seed = Seed.of(++seeds);
      try {
        matrix.check(
            seed,
            SEEN_UNDER_LIES.contains(flaw) ? FaultPlan.dishonest(seed) : FaultPlan.honest(seed));
      } catch (AssertionError e) {
        caught = e;
      }
    }
    assertThat(caught).as("%s within %d seeds", flaw, SEEDS_TO_CATCH).isNotNull();
    assertThat(caught).hasMessageContaining("-Dseed=" + seeds).hasMessageContaining("steps");
  }
}
