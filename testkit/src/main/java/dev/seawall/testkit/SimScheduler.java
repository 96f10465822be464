// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.Scheduler;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// Runs every worker on the thread that asks, in an order drawn from the seed. Confined to the
/// simulation's thread.
///
/// Nothing runs by itself: a test drives the workers with [#runUntil], [#runUntilIdle] and
/// [#runFor], and code under test drives them by waiting on a [WaitWord]. Time moves only when no
/// worker is runnable. A worker's step is never entered again while it is running, also when it
/// waits. What a worker throws leaves through the call that drove it.
///
/// When nothing is runnable and nothing is timed, nobody can ever act again: that is an
/// [AssertionError] which names the workers and the seed. So is a simulation that exceeds its limit
/// of steps.
public final class SimScheduler implements Scheduler {
  private final Life life;
  private final SimTime time;
  private final RandomGenerator random;
  private final long stepLimit;
  private final String replay;
  private final List<SimWorker> workers = new ArrayList<>();
  private long steps;

  SimScheduler(Life life, SimTime time, RandomGenerator random, long stepLimit, String replay) {
    this.life = life;
    this.time = time;
    this.random = random;
    this.stepLimit = stepLimit;
    this.replay = replay;
  }

  @Override
  public Handle start(String name, Placement placement, Worker worker) {
    life.check();
    SimWorker started = new SimWorker(name, placement, worker);
    workers.add(started);
    return started;
  }

  @Override
  public WaitWord newWaitWord() {
    life.check();
    return new SimWaitWord();
  }

  @Override
  public void close() {
    workers.clear();
  }

  /// Returns how many steps have run in this incarnation.
  public long steps() {
    return steps;
  }

  /// Runs steps, and moves time when nothing is runnable, until `condition` holds.
  ///
  /// @throws AssertionError when it can never hold any more: a deadlock, or the limit of steps
  public void runUntil(BooleanSupplier condition) {
    life.check();
    while (!condition.getAsBoolean()) {
      if (!step() && !advanceToNextTimed(Long.MAX_VALUE)) {
        throw new AssertionError("deadlock: nothing is runnable and nothing is timed" + describe());
      }
    }
  }

  /// Runs steps until no worker is runnable at this time; time does not move.
  public void runUntilIdle() {
    life.check();
    while (step()) {}
  }

  /// Runs everything that happens within the next `nanos` nanoseconds and leaves the clock there.
  public void runFor(long nanos) {
    life.check();
    long end = Math.addExact(time.elapsedNanos(), nanos);
    do {
      while (step()) {}
    } while (advanceToNextTimed(end));
    if (time.elapsedNanos() < end) {
      time.advance(end - time.elapsedNanos());
    }
  }

  /// Runs one step of one runnable worker, drawn from the seed.
  ///
  /// @return false when no worker is runnable at this time
  /// @throws AssertionError at the limit of steps
  public boolean step() {
    life.check();
    SimWorker chosen = draw();
    if (chosen == null) {
      return false;
    }
    if (++steps > stepLimit) {
      throw new AssertionError("more than " + stepLimit + " steps" + describe());
    }
    chosen.run();
    life.check();
    return true;
  }

  private @org.jspecify.annotations.Nullable SimWorker draw() {
    int runnable = 0;
    SimWorker chosen = null;
    long now = time.elapsedNanos();
    for (int i = 0; i < workers.size(); i++) {
      SimWorker worker = workers.get(i);
      if (worker.isRunnable(now) && (++runnable == 1 || random.nextInt(runnable) == 0)) {
        chosen = worker;
      }
    }
    return chosen;
  }

  /// Lets a moment pass; nobody else runs.
  @Override
  public void pause() {
    life.check();
    time.advance(1 + random.nextInt(2_000));
  }

  private boolean advanceToNextTimed(long limitNanos) {
    long next = Long.MAX_VALUE;
    for (SimWorker worker : workers) {
      if (!worker.running) {
        next = Math.min(next, worker.dueNanos);
      }
    }
    if (next == Long.MAX_VALUE || next > limitNanos) {
      return false;
    }
    if (next > time.elapsedNanos()) {
      time.advance(next - time.elapsedNanos());
    }
    return true;
  }

  private String describe() {
    StringBuilder text = new StringBuilder("; workers:");
    for (SimWorker worker : workers) {
      text.append(' ').append(worker);
    }
    if (workers.isEmpty()) {
      text.append(" none");
    }
    return text.append("; ").append(replay).toString();
  }

  private final class SimWorker implements Handle {
    private final String name;
    private final Placement placement;
    private final Worker worker;
    private boolean woken = true;
    private boolean running;
    private boolean closed;
    private long dueNanos = Long.MAX_VALUE;

    SimWorker(String name, Placement placement, Worker worker) {
      this.name = name;
      this.placement = placement;
      this.worker = worker;
    }

    boolean isRunnable(long now) {
      return !running && (woken || dueNanos <= now);
    }

    void run() {
      woken = false;
      dueNanos = Long.MAX_VALUE;
      running = true;
      long delay;
      try {
        delay = worker.step();
      } finally {
        running = false;
      }
      if (delay == Worker.UNTIL_OPERATION) {
        delay = 0; // Its operations end by coin when it polls.
      }
      if (delay < 0) {
        throw new AssertionError("worker " + name + " asked to be called in " + delay + " ns");
      }
      if (delay == 0) {
        woken = true;
      } else if (delay != Worker.UNTIL_WOKEN) {
        long due = time.elapsedNanos() + delay;
        dueNanos = due < 0 ? Long.MAX_VALUE : due;
      }
    }

    @Override
    public void wake() {
      woken = true;
    }

    @Override
    public void close() {
      if (closed || life.isOver()) {
        return;
      }
      if (running) {
        throw new AssertionError(
            "worker " + name + " is closed from inside its own step: a deadlock; " + replay);
      }
      closed = true;
      workers.remove(this);
    }

    @Override
    public String toString() {
      String state =
          running
              ? "running"
              : woken ? "runnable" : dueNanos == Long.MAX_VALUE ? "parked" : "timed";
      return name + "(" + placement + ", " + state + ")";
    }
  }

  private final class SimWaitWord implements WaitWord {
    private int value = random.nextInt();
    private boolean closed;

    @Override
    public int value() {
      return value;
    }

    @Override
    public void await(int seen, long timeoutNanos) throws InterruptedException {
      life.check();
      if (closed) {
        throw new IllegalStateException("wait on a closed word");
      }
      long deadline = time.elapsedNanos() + Math.max(0, timeoutNanos);
      if (deadline < 0) {
        deadline = Long.MAX_VALUE;
      }
      while (value == seen) {
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted while waiting");
        }
        if (time.elapsedNanos() >= deadline || random.nextInt(32) == 0) {
          return;
        }
        if (!step() && !advanceToNextTimed(deadline)) {
          if (deadline == Long.MAX_VALUE) {
            throw new AssertionError(
                "deadlock: a wait without end, nothing is runnable and nothing is timed"
                    + describe());
          }
          time.advance(deadline - time.elapsedNanos());
        }
      }
    }

    @Override
    public void advance() {
      value++;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
