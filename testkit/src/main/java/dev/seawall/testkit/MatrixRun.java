// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.testkit.LogModel.Batch;
import dev.seawall.testkit.LogModel.Records;
import dev.seawall.testkit.LogModel.Violation;
import dev.seawall.testkit.Subject.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One run of [CrashMatrix]: executes the steps, and holds the log to the model after each.
final class MatrixRun {
  /// The log reported damage that a dishonest device had done: the run is over, and well.
  private static final class Reported extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Reported() {
      super("reported", null, false, false);
    }
  }

  private static final int MAX_OPEN_ATTEMPTS = 12;
  private static final int MAX_STEPS_WHILE_FAILED = 3;

  private final Subject subject;
  private final SimMachine sim;
  private final boolean honest;
  private final LogModel model = new LogModel();
  private final Map<Batch, Subject.Receipt> receipts = new LinkedHashMap<>();
  private Subject.@Nullable Log log;
  private List<Integer> recoveries = List.of();
  private long excusesAtOpen;
  private boolean failed;
  private long durableWhenFailed;
  private int stepsWhileFailed;

  MatrixRun(Subject subject, Seed seed, SimOptions options) {
    this.subject = subject;
    this.sim = new SimMachine(seed, options);
    this.honest = options.faults().isHonest();
  }

  void run(List<Workload.Step> steps) throws IOException {
    try {
      reopen();
      for (Workload.Step step : steps) {
        survive(() -> execute(step));
      }
      finish();
    } catch (Reported _) {
      // Told: that is all that can be asked under a device that lies.
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private void survive(Action action) throws IOException {
    try {
      action.run();
      if (log != null) {
        observe();
      }
    } catch (SimCrash _) {
      reopen();
    }
  }

  private void execute(Workload.Step step) throws IOException {
    if (failed && ++stepsWhileFailed > MAX_STEPS_WHILE_FAILED) {
      closeAndReopen();
    }
    Subject.Log open = live();
    switch (step) {
      case Workload.Append append ->
          append(open, append.payloads(sim.seed().value()), append.durability());
      case Workload.Sync _ -> sync(open);
      case Workload.Run run -> {
        for (int i = 0; i < run.steps() && sim.scheduler().step(); i++) {}
      }
      case Workload.Pass pass -> sim.scheduler().runFor(pass.micros() * 1_000);
      case Workload.Read _ -> read(open);
      case Workload.Reopen _ -> closeAndReopen();
      case Workload.TruncatePrefix truncate -> truncatePrefix(open, truncate.permille());
      case Workload.TruncateSuffix truncate -> truncateSuffix(open, truncate.permille());
      case Workload.Crash crash -> {
        recoveries = crash.recoveries();
        if (crash.delay() == 0) {
          sim.die(crash.death());
          reopen();
        } else {
          sim.disk().add(new Fault.Crash(sim.disk().operations() + crash.delay(), crash.death()));
        }
      }
    }
  }

  private void append(Subject.Log open, List<byte[]> payloads, int durability) throws IOException {
    Batch batch = model.append(payloads);
    List<byte[]> handed = payloads.stream().map(byte[]::clone).toList();
    try {
      receipts.put(batch, open.append(handed, durability));
    } catch (IOException e) {
      Outcome outcome = subject.outcomeOf(e);
      if (outcome != Outcome.NOT_APPENDED && outcome != Outcome.UNKNOWN) {
        throw new Violation("a failed append is called " + outcome + " (I-5)");
      }
      model.learn(batch, outcome);
      excuse("append", e);
    }
    // The arrays are the caller's again.
    handed.forEach(payload -> Arrays.fill(payload, (byte) 0xEE));
  }

  private void sync(Subject.Log open) throws IOException {
    try {
      open.sync();
      if (failed) {
        throw new Violation("a failed log synced well (I-5)");
      }
      observe();
      model.syncReturned();
    } catch (IOException e) {
      excuse("sync", e);
    }
  }

  private void read(Subject.Log open) throws IOException {
    Records records = new Records();
    long excuses = excuses();
    try {
      open.read(records);
    } catch (IOException e) {
      told(e);
      if (excuses() == excuses && !open.isFailed()) {
        throw new Violation("reading failed without a fault: " + e);
      }
      return;
    }
    observe();
    model.read(records, open.durableIndex());
  }

  private void truncatePrefix(Subject.Log open, int permille) throws IOException {
    long first = Math.max(model.settledFirst(), model.highestFirst());
    long last = model.settledLast();
    if (first >= last || failed) {
      return;
    }
    long kept = first + (last - first) * permille / 1000;
    model.prefixTruncationBegins(kept);
    try {
      open.truncatePrefix(kept);
    } catch (IOException e) {
      excuse("truncate prefix", e);
    }
  }

  private void truncateSuffix(Subject.Log open, int permille) throws IOException {
    observe();
    List<Long> ends = new ArrayList<>(model.batchEnds());
    ends.removeIf(end -> end < model.highestFirst());
    if (ends.isEmpty() || failed) {
      return;
    }
    long kept = ends.get(ends.size() * permille / 1000);
    model.suffixTruncationBegins(kept);
    try {
      if (open.truncateSuffix(kept)) {
        model.suffixTruncationEnded();
        receipts.clear();
      } else {
        model.suffixTruncationRefused();
      }
    } catch (IOException e) {
      excuse("truncate suffix", e);
      // Whether it happened is known after the next opening, and no append makes sense before.
      closeAndReopen();
    }
  }

  private void closeAndReopen() throws IOException {
    Subject.Log open = live();
    boolean wasFailed = open.isFailed();
    try {
      open.close();
      if (!wasFailed && !open.isFailed()) {
        poll();
        model.syncReturned();
      }
    } catch (IOException e) {
      excuse("close", e);
    }
    reopen();
  }

  /// Opens until it works, crashing on the way as the last crash step asks, and settles what is
  /// there.
  private void reopen() throws IOException {
    receipts.clear();
    log = null;
    failed = false;
    stepsWhileFailed = 0;
    List<Integer> crashes = recoveries;
    recoveries = List.of();
    for (int attempt = 0; attempt < MAX_OPEN_ATTEMPTS; attempt++) {
      long excuses = excuses();
      excusesAtOpen = excuses;
      if (attempt < crashes.size()) {
        Death death = (attempt + crashes.get(attempt)) % 3 == 0 ? Death.KILL : Death.POWER;
        sim.disk().add(new Fault.Crash(sim.disk().operations() + crashes.get(attempt), death));
      }
      try {
        Subject.Log opened = subject.open(sim);
        log = opened;
        settle(opened, excuses, attempt > 0);
        return;
      } catch (SimCrash _) {
        log = null;
      } catch (IOException e) {
        told(e);
        if (excuses() == excuses) {
          throw new Violation("opening failed without a fault: " + e, e);
        }
        abandon();
      }
    }
    throw new Violation("opening did not work in " + MAX_OPEN_ATTEMPTS + " attempts");
  }

  private void abandon() {
    Subject.Log half = log;
    log = null;
    if (half != null) {
      try {
        half.close();
      } catch (IOException | SimCrash _) {
        // It failed before, or died while it was closed; the next attempt starts anew.
      }
    }
  }

  private void settle(Subject.Log opened, long excuses, boolean interrupted) throws IOException {
    Records records = new Records();
    opened.read(records);
    long missing = model.opened(records, !honest);
    if (missing > 0) {
      // An opening that died may have told, to nobody, and cleaned up.
      boolean evidence =
          !interrupted && sim.disk().fired().stream().allMatch(MatrixRun::leavesEvidence);
      if (evidence && !opened.toldLoss()) {
        throw new Violation(missing + " acknowledged records are gone, and nobody was told (I-3)");
      }
      throw new Reported();
    }
    if (!records.isEmpty() && opened.durableIndex() != records.last() && excuses() == excuses) {
      throw new Violation(
          "opened with records up to "
              + records.last()
              + " and the durable index "
              + opened.durableIndex()
              + ": what open keeps, open makes durable (I-5)");
    }
    model.durable(opened.durableIndex());
  }

  /// A flipped bit is there to be seen; what was never written leaves nothing.
  private static boolean leavesEvidence(Fault fault) {
    return fault instanceof Fault.FlippedBit || fault.isHonest();
  }

  private void finish() throws IOException {
    for (int i = 0; i < 3; i++) {
      sim.losePower();
      reopen();
      Workload.Append last = new Workload.Append(-1 - i, List.of(16, 5000), 0);
      survive(() -> append(live(), last.payloads(sim.seed().value()), 0));
      survive(() -> sync(live()));
      survive(() -> read(live()));
    }
    survive(this::closeAndReopen);
    survive(() -> read(live()));
  }

  /// Asks the log for everything that it says without being driven.
  private void observe() {
    Subject.Log open = live();
    poll();
    long durable = open.durableIndex();
    model.durable(durable);
    boolean nowFailed = open.isFailed();
    if (failed && !nowFailed) {
      throw new Violation("a failed log recovered by itself (I-5)");
    }
    if (failed && durable > durableWhenFailed) {
      throw new Violation(
          "a failed log moved its durable index from "
              + durableWhenFailed
              + " to "
              + durable
              + " (I-5)");
    }
    if (nowFailed && !failed) {
      failed = true;
      durableWhenFailed = durable;
      if (excuses() == excusesAtOpen) {
        throw new Violation("the log failed without a fault");
      }
    }
  }

  private void poll() {
    receipts
        .entrySet()
        .removeIf(entry -> {
          Outcome outcome = entry.getValue().outcome();
          if (outcome == Outcome.PENDING) {
            return false;
          }
          if (failed && outcome == Outcome.DURABLE && entry.getKey().outcome() != outcome) {
            throw new Violation("a failed log acknowledged a batch (I-5)");
          }
          OptionalLong expected = model.lastIndex(entry.getKey());
          model.learn(entry.getKey(), outcome);
          if (outcome == Outcome.DURABLE
              && expected.isPresent()
              && expected.getAsLong() != entry.getValue().lastIndex()) {
            throw new Violation(
                "a batch was acknowledged at index "
                    + entry.getValue().lastIndex()
                    + ", expected "
                    + expected.getAsLong()
                    + " (I-6)");
          }
          return true;
        });
  }

  private void excuse(String what, IOException failure) {
    told(failure);
    if (excuses() == excusesAtOpen && !failed) {
      throw new Violation(what + " failed without a fault: " + failure, failure);
    }
  }

  private void told(IOException failure) {
    if (subject.reportsDamage(failure)) {
      if (honest) {
        throw new Violation("damage is reported where none was done: " + failure, failure);
      }
      throw new Reported();
    }
  }

  private long excuses() {
    long count = 0;
    for (Fault fault : sim.disk().fired()) {
      if (!(fault instanceof Fault.Crash)) {
        count++;
      }
    }
    return count;
  }

  private Subject.Log live() {
    Subject.Log open = log;
    if (open == null) {
      throw new IllegalStateException("no log is open");
    }
    return open;
  }
}
