// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Drives a [Subject] through random workloads, crashes and faults, and compares it with a model.
/// Immutable.
///
/// Under an *honest* plan the log must keep the invariants: what was acknowledged is there byte for
/// byte after any crash, also one during recovery; what was never appended does not appear; batches
/// are whole; indexes are dense; a log that was reopened is appendable; opening twice gives the
/// same log; a failed log stays failed; readers do not see beyond the durable index. Under a
/// *dishonest* plan it must return nothing wrong, and report a loss wherever the device left
/// evidence of one.
///
/// When a run fails, steps and faults are deleted as long as it still fails, and the message has
/// the rest, the seed and the plan.
public final class CrashMatrix {
  private static final int SHRINK_RUNS = 300;

  private final Subject subject;
  private final @Nullable SimOptions options;
  private final int steps;
  private final int durabilities;
  private final int maxPayloadBytes;
  private final int maxBatchRecords;
  private final boolean shrinking;
  private final boolean evenSizes;

  private CrashMatrix(
      Subject subject,
      @Nullable SimOptions options,
      int steps,
      int durabilities,
      int maxPayloadBytes,
      int maxBatchRecords,
      boolean shrinking,
      boolean evenSizes) {
    if (steps < 1 || durabilities < 1 || maxPayloadBytes < 8 || maxBatchRecords < 1) {
      throw new IllegalArgumentException(
          "%d steps, %d durabilities, %d payload bytes (at least 8), %d records a batch"
              .formatted(steps, durabilities, maxPayloadBytes, maxBatchRecords));
    }
    this.subject = subject;
    this.options = options;
    this.steps = steps;
    this.durabilities = durabilities;
    this.maxPayloadBytes = maxPayloadBytes;
    this.maxBatchRecords = maxBatchRecords;
    this.shrinking = shrinking;
    this.evenSizes = evenSizes;
  }

  /// Returns a matrix of 40 steps, one durability, payloads up to 20,000 bytes, batches of up to 8
  /// records; depth and leadership are drawn from the seed.
  public static CrashMatrix of(Subject subject) {
    return new CrashMatrix(subject, null, 40, 1, 20_000, 8, true, false);
  }

  /// Returns a matrix that differs in the number of steps of one run.
  public CrashMatrix withSteps(int count) {
    return new CrashMatrix(
        subject,
        options,
        count,
        durabilities,
        maxPayloadBytes,
        maxBatchRecords,
        shrinking,
        evenSizes);
  }

  /// Returns a matrix that hands the choices `0` to `count - 1` to [Subject.Log#append].
  public CrashMatrix withDurabilities(int count) {
    return new CrashMatrix(
        subject, options, steps, count, maxPayloadBytes, maxBatchRecords, shrinking, evenSizes);
  }

  /// Returns a matrix that differs in the largest payload, in bytes, at least 8.
  public CrashMatrix withMaxPayloadBytes(int bytes) {
    return new CrashMatrix(
        subject, options, steps, durabilities, bytes, maxBatchRecords, shrinking, evenSizes);
  }

  /// Returns a matrix that differs in the most records of one batch.
  public CrashMatrix withMaxBatchRecords(int records) {
    return new CrashMatrix(
        subject, options, steps, durabilities, maxPayloadBytes, records, shrinking, evenSizes);
  }

  /// Returns a matrix whose machines are built with these options; the fault plan in them is
  /// replaced.
  public CrashMatrix withOptions(SimOptions machine) {
    return new CrashMatrix(
        subject,
        machine,
        steps,
        durabilities,
        maxPayloadBytes,
        maxBatchRecords,
        shrinking,
        evenSizes);
  }

  /// Returns a matrix whose payloads have any length up to the largest, instead of mostly short
  /// ones: a log with short segments then rolls every few appends.
  public CrashMatrix withEvenSizes() {
    return new CrashMatrix(
        subject, options, steps, durabilities, maxPayloadBytes, maxBatchRecords, shrinking, true);
  }

  /// Returns a matrix that reports a failing run as it was drawn: for those who only ask whether
  /// any seed fails.
  public CrashMatrix withoutShrinking() {
    return new CrashMatrix(
        subject, options, steps, durabilities, maxPayloadBytes, maxBatchRecords, false, evenSizes);
  }

  /// Checks many seeds, each with a plan drawn by [FaultPlan#honest].
  ///
  /// @throws AssertionError for the first seed that fails
  public void checkHonest(int seeds, long firstSeed) {
    Seeds.forEach(seeds, firstSeed, seed -> check(seed, FaultPlan.honest(seed)));
  }

  /// Checks many seeds, each with a plan drawn by [FaultPlan#dishonest].
  ///
  /// @throws AssertionError for the first seed that fails
  public void checkDishonest(int seeds, long firstSeed) {
    Seeds.forEach(seeds, firstSeed, seed -> check(seed, FaultPlan.dishonest(seed)));
  }

  /// Checks one seed with one plan.
  ///
  /// @throws AssertionError when the log breaks an invariant, or throws what it must not
  public void check(Seed seed, FaultPlan plan) {
    check(seed, plan, seed.random("workload"));
  }

  /// Checks one seed with one plan and a workload that is drawn from somewhere else, for example
  /// from the bytes of a fuzzer.
  ///
  /// @throws AssertionError when the log breaks an invariant, or throws what it must not
  public void check(Seed seed, FaultPlan plan, RandomGenerator random) {
    List<Workload.Step> drawn =
        Workload.draw(random, steps, durabilities, maxPayloadBytes, maxBatchRecords, evenSizes);
    Throwable failure = run(seed, plan, drawn);
    if (failure == null) {
      return;
    }
    if (!shrinking) {
      throw new AssertionError(
          describe(seed, plan, drawn.size(), new Shrunk(drawn, failure)), failure);
    }
    FaultPlan smallestPlan = plan;
    Shrunk shrunk = shrink(seed, plan, drawn, failure);
    for (Fault fault : plan.faults()) {
      FaultPlan fewer = smallestPlan.without(fault);
      Throwable still = run(seed, fewer, shrunk.steps);
      if (still != null) {
        smallestPlan = fewer;
        shrunk = new Shrunk(shrunk.steps, still);
      }
    }
    throw new AssertionError(describe(seed, smallestPlan, drawn.size(), shrunk), shrunk.failure);
  }

  private record Shrunk(List<Workload.Step> steps, Throwable failure) {}

  private static String describe(Seed seed, FaultPlan plan, int drawn, Shrunk shrunk) {
    StringBuilder text = new StringBuilder();
    text.append(
        shrunk.failure instanceof LogModel.Violation
            ? shrunk.failure.getMessage()
            : "the log threw what it must not: " + shrunk.failure);
    text.append("\n  replay: ").append(seed.replay());
    text.append("\n  faults: ").append(plan);
    text.append("\n  steps, ")
        .append(shrunk.steps.size())
        .append(" left of ")
        .append(drawn)
        .append(':');
    for (Workload.Step step : shrunk.steps) {
      text.append("\n    ").append(step);
    }
    return text.toString();
  }

  /// Deletes runs of steps, long ones first, as long as something still fails.
  private Shrunk shrink(
      Seed seed, FaultPlan plan, List<Workload.Step> drawn, Throwable firstFailure) {
    List<Workload.Step> smallest = drawn;
    Throwable failure = firstFailure;
    int runs = 0;
    for (int chunk = Math.max(1, smallest.size() / 2); chunk >= 1; chunk /= 2) {
      int from = 0;
      while (from < smallest.size() && runs < SHRINK_RUNS) {
        List<Workload.Step> fewer = new ArrayList<>(smallest);
        fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
        runs++;
        Throwable still = run(seed, plan, fewer);
        if (still != null) {
          smallest = fewer;
          failure = still;
        } else {
          from += chunk;
        }
      }
    }
    return new Shrunk(smallest, failure);
  }

  private @Nullable Throwable run(Seed seed, FaultPlan plan, List<Workload.Step> work) {
    Seed fresh = Seed.of(seed.value());
    try {
      new MatrixRun(subject, fresh, options(fresh).withFaults(plan)).run(work);
      return null;
    } catch (Exception | AssertionError | StackOverflowError e) {
      return e;
    }
  }

  private SimOptions options(Seed seed) {
    if (options != null) {
      return options;
    }
    RandomGenerator random = seed.random("machine");
    return SimOptions.defaults()
        .withDepth(1 + random.nextInt(8))
        .withCallerMayLead(random.nextBoolean())
        .withInFlightFrom(random.nextBoolean() ? 0 : 4096L << random.nextInt(5));
  }
}
