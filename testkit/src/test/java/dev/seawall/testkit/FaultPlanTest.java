// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Plans are values with a text form, and of one kind each.
class FaultPlanTest {

  @Test
  void everyPlanReadsBackFromItsText() {
    Set<Class<?>> kinds = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      for (FaultPlan plan :
          new FaultPlan[] {FaultPlan.honest(Seed.of(i)), FaultPlan.dishonest(Seed.of(i))}) {
        FaultPlan crashing =
            plan.with(new Fault.Crash(1 + i, i % 2 == 0 ? Death.KILL : Death.POWER));
        assertThat(FaultPlan.parse(crashing.toString())).isEqualTo(crashing);
        crashing.faults().forEach(fault -> kinds.add(fault.getClass()));
        assertThat(plan).isEqualTo(FaultPlan.parse(plan.toString()));
      }
    }
    assertThat(kinds).hasSize(Fault.class.getPermittedSubclasses().length);
    assertThat(FaultPlan.parse("none")).isEqualTo(FaultPlan.none());
  }

  @Test
  void honestAndDishonestFaultsAreNeverMixed() {
    assertThatThrownBy(() -> FaultPlan.of(new Fault.DiskFull(1), new Fault.LyingSync(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FaultPlan.parse("honest: lying-sync@1"))
        .isInstanceOf(IllegalArgumentException.class);
    for (int i = 0; i < 200; i++) {
      assertThat(FaultPlan.honest(Seed.of(i)).isHonest()).isTrue();
      assertThat(FaultPlan.dishonest(Seed.of(i)).isHonest()).isFalse();
    }
  }

  @Test
  void nonsenseIsRefused() {
    for (String text : new String[] {"", "fail-sync@1", "honest: fail-sync@0", "honest: eat@1"}) {
      assertThatThrownBy(() -> FaultPlan.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aFailingSeedPrintsItsReplayLineAndItsPlan() {
    assertThatThrownBy(() ->
            Seeds.run(
                Seed.of(77),
                seed -> {
                  FaultPlan plan = FaultPlan.parse("honest: fail-sync@3");
                  new SimMachine(seed, SimOptions.defaults().withFaults(plan));
                  throw new IllegalStateException("boom");
                }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dseed=77")
        .hasMessageContaining("honest: fail-sync@3")
        .hasMessageContaining("boom");
  }
}
