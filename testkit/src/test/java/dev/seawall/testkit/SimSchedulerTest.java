// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.Scheduler.Handle;
import dev.seawall.io.Scheduler.Placement;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// All workers on one thread, in an order of the seed.
class SimSchedulerTest {

  @Test
  void theSeedDrawsTheOrderOfSteps() {
    Set<String> orders = new HashSet<>();
    FixedSeeds.forEach(
        40,
        seed -> {
          SimScheduler scheduler = new SimMachine(seed).scheduler();
          StringBuilder order = new StringBuilder();
          for (String name : List.of("a", "b", "c")) {
            scheduler.start(name, Placement.SHARED, step(() -> order.append(name)));
          }
          scheduler.runUntilIdle();
          orders.add(order.toString());
        });
    assertThat(orders).hasSize(6);
  }

  private static Worker step(Runnable action) {
    return () -> {
      action.run();
      return Worker.UNTIL_WOKEN;
    };
  }

  @Test
  void aWaitRunsOthersUntilTheValueChanges() throws Exception {
    SimMachine sim = new SimMachine(Seed.of(1));
    WaitWord word = sim.scheduler().newWaitWord();
    sim.scheduler().start("waker", Placement.SHARED, step(word::advance));
    int seen = word.value();
    while (word.value() == seen) {
      word.await(seen, Long.MAX_VALUE);
    }
    assertThat(sim.time().elapsedNanos()).isZero();
  }

  @Test
  void aWaitTimesOutInSimulatedTime() throws Exception {
    SimMachine sim = new SimMachine(Seed.of(1));
    WaitWord word = sim.scheduler().newWaitWord();
    long start = sim.time().elapsedNanos();
    while (sim.time().elapsedNanos() < start + 10_000_000) {
      word.await(word.value(), start + 10_000_000 - sim.time().elapsedNanos());
    }
    assertThat(sim.time().elapsedNanos()).isEqualTo(start + 10_000_000);
  }

  @Test
  void timedWorkersRunInTheOrderOfTheirTimes() {
    SimMachine sim = new SimMachine(Seed.of(1));
    List<Long> times = new ArrayList<>();
    sim.scheduler()
        .start(
            "ticker",
            Placement.SHARED,
            () -> {
              times.add(sim.time().elapsedNanos());
              return 100;
            });
    sim.scheduler().runFor(350);
    assertThat(times).containsExactly(0L, 100L, 200L, 300L);
    assertThat(sim.time().elapsedNanos()).isEqualTo(350);
  }

  @Test
  void aStepIsNeverEnteredAgainWhileItRuns() {
    SimMachine sim = new SimMachine(Seed.of(1));
    SimScheduler scheduler = sim.scheduler();
    WaitWord word = scheduler.newWaitWord();
    int[] depth = {0};
    List<Handle> handles = new ArrayList<>();
    handles.add(
        scheduler.start(
            "nested",
            Placement.DEDICATED,
            () -> {
              assertThat(++depth[0]).isEqualTo(1);
              handles.get(0).wake();
              try {
                word.await(word.value(), 1_000);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              depth[0]--;
              return Worker.UNTIL_WOKEN;
            }));
    scheduler.step();
    assertThat(scheduler.step()).as("woken while running").isTrue();
  }

  @Test
  void aDeadlockNamesTheWorkersAndTheSeed() {
    SimMachine sim = new SimMachine(Seed.of(42));
    sim.scheduler().start("sleeper", Placement.SHARED, step(() -> {}));
    assertThatThrownBy(() -> sim.scheduler().runUntil(() -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("deadlock")
        .hasMessageContaining("sleeper")
        .hasMessageContaining("-Dseed=42");
  }

  @Test
  void aLivelockEndsAtTheLimitOfSteps() {
    SimMachine sim = new SimMachine(Seed.of(1), SimOptions.defaults().withStepLimit(100));
    sim.scheduler().start("busy", Placement.SHARED, () -> 0);
    assertThatThrownBy(() -> sim.scheduler().runUntilIdle())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("100 steps");
  }
}
