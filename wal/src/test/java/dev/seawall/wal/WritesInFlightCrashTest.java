// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static dev.seawall.wal.CrashLab.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimOptions;
import dev.seawall.testkit.Verb;
import dev.seawall.wal.internal.segment.SegmentName;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Several writes in flight, one of which fails: I-1, I-5.
class WritesInFlightCrashTest {
  /// The nth write, or sync, of the segment that is active now fails; those behind it are counted.
  private static final class Planted {
    private final CrashLab lab;
    private final long active;
    private int left;
    private boolean over;
    int later;

    Planted(CrashLab lab, int nth, Verb... verbs) {
      this.lab = lab;
      left = nth;
      active = lab.number(lab.tail()).orElseThrow();
      for (Verb verb : verbs) {
        lab.machine.disk().failNext(verb, path -> isActive(path) && --left == 0);
        lab.machine.disk().failNext(verb, path -> isActive(path) && left <= 0 && later++ < 0);
      }
    }

    /// The open file goes by the name under which it was prepared.
    private boolean isActive(Path path) {
      return !over
          && SegmentName.parse(lab.options.prefix(), String.valueOf(path.getFileName()))
              .filter(name -> name.number() == active)
              .isPresent();
    }

    boolean fired() {
      return left <= 0;
    }
  }

  /// Accepts groups of two records, each as soon as the one before was handed to the device, so
  /// that several are in flight; returns the last record accepted.
  private static long burst(CrashLab lab, WriteAheadLog log, CrashTold told, RandomGenerator random)
      throws Exception {
    long accepted = log.lastIndex();
    try {
      for (int group = 0; group < 10; group++) {
        for (int i = 0; i < 2; i++) {
          byte[] payload = payload(accepted + 1, 1_000 + random.nextInt(2_000));
          check(log.append(payload, Durability.SYNCED, told) == accepted + 1, "another index");
          accepted++;
        }
        long before = writes(lab);
        for (int i = 0; i < 20 && writes(lab) == before; i++) {
          lab.machine.scheduler().step();
        }
      }
    } catch (LogFailedException _) {
      // From here on nothing is accepted.
    }
    lab.machine.scheduler().runFor(50_000_000L);
    return accepted;
  }

  private static long writes(CrashLab lab) {
    return lab.machine.disk().operations(Verb.WRITE)
        + lab.machine.disk().operations(Verb.DURABLE_WRITE);
  }

  /// Whatever later writes and syncs say, nothing at or behind the failed write is ever
  /// acknowledged, and the log is failed for good.
  @Test
  void oneOfFourWritesInFlightFailsWhileLaterOnesAndASyncSucceed() {
    int[] later = new int[1];
    int[] syncs = new int[1];
    Seeds.forEach(
        300,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed, SimOptions.defaults().withDepth(4), CrashLab.tiny());
          RandomGenerator random = seed.random("test");
          WriteAheadLog log = lab.open();
          append(log, 1, 100);
          append(log, 2, 100);
          Planted planted = new Planted(lab, 1 + random.nextInt(4), Verb.WRITE, Verb.DURABLE_WRITE);
          CrashTold told = new CrashTold();
          long accepted = burst(lab, log, told, random);
          long acknowledged = told.durable.isEmpty() ? 2 : told.durable.last();
          check(log.durableIndex() == acknowledged, "durable " + log.durableIndex());
          if (planted.fired()) {
            checkFailed(log, told, acknowledged, accepted);
            later[0] += planted.later > 0 ? 1 : 0;
            syncs[0] += told.durable.isEmpty() ? 0 : 1;
          }
          planted.over = true;
          lab.machine.losePower();
          lab.reopenAndVerify(acknowledged, accepted);
        });
    assertThat(later[0]).as("runs with later writes than the failed one").isGreaterThan(40);
    assertThat(syncs[0]).as("runs in which a part was acknowledged").isGreaterThan(10);
  }

  private static void checkFailed(
      WriteAheadLog log, CrashTold told, long acknowledged, long accepted) throws Exception {
    for (long index = 3; index <= accepted; index++) {
      check(
          told.durable.contains(index) != told.failed.containsKey(index),
          "record " + index + " was told both, or nothing");
      check(index <= acknowledged == told.durable.contains(index), "acknowledged with a hole");
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      try {
        log.append(payload(1, 10), Durability.BUFFERED);
        throw new AssertionError("a failed log accepted a record");
      } catch (LogFailedException e) {
        check(e.outcome() == WalException.Outcome.UNKNOWN, "outcome " + e.outcome());
        check(String.valueOf(e.getMessage()).contains("open it"), "no next step: " + e);
      }
    }
    check(log.durableIndex() == acknowledged, "durable moved on after the failure");
  }

  /// The same for a sync, with writes in flight behind it: no second sync may make it good. Up to
  /// two writes are durable by themselves; what comes on top of them needs a sync.
  @Test
  void aSyncThatFailsWithWritesInFlightIsNeverRepeated() {
    int[] fired = new int[1];
    Seeds.forEach(
        300,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed, SimOptions.defaults().withDepth(4), CrashLab.tiny());
          RandomGenerator random = seed.random("test");
          WriteAheadLog log = lab.open();
          append(log, 1, 100);
          Planted planted = new Planted(lab, 1 + random.nextInt(2), Verb.SYNC);
          CrashTold told = new CrashTold();
          long accepted = burst(lab, log, told, random);
          long acknowledged = told.durable.isEmpty() ? 1 : told.durable.last();
          if (planted.fired()) {
            fired[0]++;
            long after = lab.machine.disk().operations(Verb.SYNC);
            lab.machine.scheduler().runFor(5_000_000_000L);
            check(lab.machine.disk().operations(Verb.SYNC) == after, "a sync after the failed one");
            check(log.durableIndex() == acknowledged, "durable " + log.durableIndex());
          }
          planted.over = true;
          lab.machine.losePower();
          lab.reopenAndVerify(acknowledged, accepted);
        });
    assertThat(fired[0]).isGreaterThan(30);
  }

  /// An appender that leads sends what others appended behind its own group, and goes when its own
  /// is durable: somebody must see the end of what it sent. Once nobody did, and its caller waited
  /// for ever.
  @Test
  void whatALeaderSentBehindItsOwnGroupIsSeen() {
    int[] behind = new int[1];
    Seeds.forEach(
        60,
        1,
        seed -> {
          SimOptions depth = SimOptions.defaults().withDepth((int) (1 + seed.value() % 3));
          CrashLab lab = new CrashLab(seed, depth, CrashLab.tiny());
          WriteAheadLog log = lab.open();
          CrashTold told = new CrashTold();
          long[] accepted = new long[1];
          append(log, 1, 100);
          lab.machine.scheduler().runFor(1_000_000L);
          lab.machine
              .disk()
              .failNext(
                  Verb.DURABLE_WRITE,
                  _ -> {
                    if (accepted[0] == 0) {
                      accepted[0] = 3;
                      appendDuringTheWrite(lab, log, told);
                      behind[0]++;
                    }
                    return false;
                  });
          append(log, 2, 100);
          lab.machine.scheduler().runFor(50_000_000L);
          check(told.durable.contains(accepted[0]), "nobody saw the end of record " + accepted[0]);
        });
    assertThat(behind[0]).isGreaterThan(30);
  }

  /// Windows that are full go side by side where only long writes gain from it; the short groups
  /// between them go alone, which the simulated queue checks. A loss of power takes nothing that
  /// was acknowledged.
  @Test
  void longGroupsGoSideBySideAndShortOnesAlone() {
    int[] sideBySide = new int[1];
    Seeds.forEach(
        200,
        1,
        seed -> {
          SimOptions sim = SimOptions.defaults().withDepth(4).withInFlightFrom(16 << 10);
          CrashLab lab = new CrashLab(seed, sim, CrashLab.tiny());
          RandomGenerator random = seed.random("test");
          WriteAheadLog log = lab.open();
          CrashTold told = new CrashTold();
          for (int i = 1; i <= 40; i++) {
            int bytes = random.nextBoolean() ? 10_000 + random.nextInt(15_000) : 100;
            check(log.append(payload(i, bytes), Durability.SYNCED, told) == i, "another index");
            if (random.nextInt(4) == 0) {
              lab.machine.scheduler().step();
            }
          }
          if (random.nextBoolean()) {
            lab.machine.scheduler().runFor(50_000_000L);
            check(told.durable.size() == 40, "acknowledged " + told.durable.size());
          }
          sideBySide[0] += lab.machine.disk().mostInFlight() > 1 ? 1 : 0;
          long acknowledged = told.durable.isEmpty() ? 0 : told.durable.last();
          lab.machine.losePower();
          lab.reopenAndVerify(acknowledged, 40);
        });
    assertThat(sideBySide[0]).as("runs with several writes in flight").isGreaterThan(60);
  }

  private static void appendDuringTheWrite(CrashLab lab, WriteAheadLog log, CrashTold told) {
    try {
      check(log.append(payload(3, 100), Durability.SYNCED, told) == 3, "another index");
    } catch (WalException | InterruptedException e) {
      throw new AssertionError(e);
    }
    // The log's thread looks, finds a leader at work, and sleeps.
    lab.machine.scheduler().runUntilIdle();
  }
}
