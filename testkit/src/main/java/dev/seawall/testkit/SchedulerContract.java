// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.Machine;
import dev.seawall.io.Scheduler.Handle;
import dev.seawall.io.Scheduler.Placement;
import dev.seawall.io.TimeSource;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// What every [dev.seawall.io.Scheduler], [WaitWord] and [TimeSource] does, line by line, for any
/// test framework. Nothing in it is timed: it waits for what must happen, for as long as it takes.
public final class SchedulerContract {
  private static final long LONG_WAIT_NANOS = 3_600_000_000_000L;

  private static final List<ContractLine> LINES =
      List.of(
          line(
              "aStartedWorkerIsSteppedAtOnceAndAgainWhenWoken",
              SchedulerContract::aStartedWorkerIsSteppedAtOnceAndAgainWhenWoken),
          line("aWakeDuringAStepIsRemembered", SchedulerContract::aWakeDuringAStepIsRemembered),
          line(
              "delaysAreObeyedAndZeroMeansAtOnce",
              SchedulerContract::delaysAreObeyedAndZeroMeansAtOnce),
          line("stepsOfOneWorkerNeverOverlap", SchedulerContract::stepsOfOneWorkerNeverOverlap),
          line("aClosedWorkerNeverRunsAgain", SchedulerContract::aClosedWorkerNeverRunsAgain),
          line(
              "waitingForAnotherValueReturnsAtOnce",
              SchedulerContract::waitingForAnotherValueReturnsAtOnce),
          line("aWaitEndsByItsTimeout", SchedulerContract::aWaitEndsByItsTimeout),
          line("anInterruptEndsTheWaitOnly", SchedulerContract::anInterruptEndsTheWaitOnly),
          line("clocksGoForward", SchedulerContract::clocksGoForward));

  private final Machine machine;

  private SchedulerContract(Machine machine) {
    this.machine = machine;
  }

  /// Returns the lines; none of them uses the directory.
  public static List<ContractLine> lines() {
    return LINES;
  }

  private interface Check {
    void run(SchedulerContract contract) throws Exception;
  }

  private static ContractLine line(String name, Check check) {
    return new ContractLine(
        name, (machine, directory) -> check.run(new SchedulerContract(machine)));
  }

  private Machine machine() {
    return machine;
  }

  /// Waits until something holds that a worker brings about and then advances `word`.
  private static void waitUntil(WaitWord word, BooleanSupplier condition)
      throws InterruptedException {
    while (true) {
      int seen = word.value();
      if (condition.getAsBoolean()) {
        return;
      }
      word.await(seen, LONG_WAIT_NANOS);
    }
  }

  void aStartedWorkerIsSteppedAtOnceAndAgainWhenWoken() throws InterruptedException {
    for (Placement placement : Placement.values()) {
      AtomicInteger steps = new AtomicInteger();
      WaitWord word = machine().scheduler().newWaitWord();
      Worker worker =
          () -> {
            steps.incrementAndGet();
            word.advance();
            return Worker.UNTIL_WOKEN;
          };
      try (Handle handle = machine().scheduler().start("counter", placement, worker)) {
        waitUntil(word, () -> steps.get() == 1);
        handle.wake();
        waitUntil(word, () -> steps.get() == 2);
      }
      word.close();
    }
  }

  void aWakeDuringAStepIsRemembered() throws InterruptedException {
    for (Placement placement : Placement.values()) {
      AtomicInteger steps = new AtomicInteger();
      WaitWord word = machine().scheduler().newWaitWord();
      Handle[] handles = new Handle[1];
      AtomicBoolean started = new AtomicBoolean();
      Worker worker =
          () -> {
            if (started.get() && steps.incrementAndGet() == 1) {
              handles[0].wake();
            }
            word.advance();
            return Worker.UNTIL_WOKEN;
          };
      handles[0] = machine().scheduler().start("self waker", placement, worker);
      started.set(true);
      handles[0].wake();
      waitUntil(word, () -> steps.get() >= 2);
      handles[0].close();
      word.close();
    }
  }

  void delaysAreObeyedAndZeroMeansAtOnce() throws InterruptedException {
    for (Placement placement : Placement.values()) {
      AtomicInteger steps = new AtomicInteger();
      WaitWord word = machine().scheduler().newWaitWord();
      Worker worker =
          () -> {
            int step = steps.incrementAndGet();
            word.advance();
            return step < 4 ? 0 : step < 8 ? 1_000 : Worker.UNTIL_WOKEN;
          };
      try (Handle handle = machine().scheduler().start("timed", placement, worker)) {
        waitUntil(word, () -> steps.get() == 8);
        handle.wake();
        waitUntil(word, () -> steps.get() == 9);
      }
      word.close();
    }
  }

  void stepsOfOneWorkerNeverOverlap() throws InterruptedException {
    for (Placement placement : Placement.values()) {
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger steps = new AtomicInteger();
      AtomicBoolean overlapped = new AtomicBoolean();
      WaitWord word = machine().scheduler().newWaitWord();
      Worker worker =
          () -> {
            if (inside.incrementAndGet() != 1) {
              overlapped.set(true);
            }
            inside.decrementAndGet();
            steps.incrementAndGet();
            word.advance();
            return Worker.UNTIL_WOKEN;
          };
      try (Handle handle = machine().scheduler().start("alone", placement, worker)) {
        for (int i = 1; i <= 50; i++) {
          int wanted = i;
          waitUntil(word, () -> steps.get() >= wanted);
          handle.wake();
          handle.wake();
        }
      }
      Expect.that(!overlapped.get(), "steps do not overlap");
      word.close();
    }
  }

  void aClosedWorkerNeverRunsAgain() throws InterruptedException {
    for (Placement placement : Placement.values()) {
      AtomicInteger steps = new AtomicInteger();
      WaitWord word = machine().scheduler().newWaitWord();
      Worker worker =
          () -> {
            steps.incrementAndGet();
            word.advance();
            return 0;
          };
      Handle handle = machine().scheduler().start("closed", placement, worker);
      waitUntil(word, () -> steps.get() > 0);
      handle.close();
      int afterClose = steps.get();
      handle.wake();
      handle.close();
      // Another worker gets its turns, so this one would have had some too.
      AtomicInteger others = new AtomicInteger();
      Worker other =
          () -> {
            others.incrementAndGet();
            word.advance();
            return 0;
          };
      try (Handle running = machine().scheduler().start("other", placement, other)) {
        waitUntil(word, () -> others.get() > 20);
        running.wake();
      }
      Expect.equal(afterClose, steps.get());
      word.close();
    }
  }

  void waitingForAnotherValueReturnsAtOnce() throws InterruptedException {
    try (WaitWord word = machine().scheduler().newWaitWord()) {
      int seen = word.value();
      word.advance();
      Expect.equal(seen + 1, word.value());
      word.await(seen, LONG_WAIT_NANOS);
    }
  }

  void aWaitEndsByItsTimeout() throws InterruptedException {
    try (WaitWord word = machine().scheduler().newWaitWord()) {
      TimeSource time = machine().time();
      long start = time.nanoTime();
      while (time.nanoTime() - start < 2_000_000) {
        word.await(word.value(), 1_000_000);
      }
      word.await(word.value(), 0);
    }
  }

  void anInterruptEndsTheWaitOnly() {
    try (WaitWord word = machine().scheduler().newWaitWord()) {
      Thread.currentThread().interrupt();
      Expect.thrown(
          InterruptedException.class,
          () -> {
            // A spurious return is allowed; the interrupt is not lost by it.
            while (true) {
              word.await(word.value(), LONG_WAIT_NANOS);
            }
          });
      Expect.that(!Thread.interrupted(), "the interrupt was consumed");
      word.advance();
    }
  }

  void clocksGoForward() {
    TimeSource time = machine().time();
    long first = time.nanoTime();
    Expect.that(time.nanoTime() - first >= 0, "the monotonic clock goes forward");
    // 2020 or later: milliseconds since 1970, not nanoseconds or seconds.
    Expect.that(
        time.wallMillis() > 1_577_836_800_000L && time.wallMillis() < 4_102_444_800_000L,
        "milliseconds since 1970");
  }
}
