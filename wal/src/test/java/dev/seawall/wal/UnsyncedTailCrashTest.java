// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.Verb;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What is readable after a crash and was never synced: I-1, I-5.
class UnsyncedTailCrashTest {
  private static final long MILLI = 1_000_000;

  /// What open keeps, open makes durable: the page cache of a killed process dies with the power.
  @Test
  void killThenOpenThenPowerLoss() {
    int[] kept = new int[1];
    Seeds.forEach(
        150,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          RandomGenerator random = seed.random("test");
          WriteAheadLog log = lab.open();
          long acknowledged = 0;
          long accepted = 0;
          for (int i = 1 + random.nextInt(12); i > 0; i--) {
            boolean synced = random.nextInt(3) == 0;
            accepted =
                append(
                    log,
                    accepted + 1,
                    random.nextInt(6_000),
                    synced ? Durability.SYNCED : Durability.BUFFERED);
            acknowledged = synced ? accepted : acknowledged;
            lab.machine.scheduler().runFor(random.nextLong(10 * MILLI));
          }
          lab.machine.killProcess();
          keepsWhatItShowedOnce(lab, acknowledged, accepted, kept);
        });
    assertThat(kept[0]).as("runs with an unsynced tail").isGreaterThan(40);
  }

  /// After a sync that failed the kernel calls the pages clean: they read back well, no later sync
  /// writes them, and they die with the power.
  @Test
  void killThenOpenThenPowerLossAfterAFailedSyncWithCleanPages() {
    int[] kept = new int[1];
    Seeds.forEach(
        150,
        1_000,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          RandomGenerator random = seed.random("test");
          WriteAheadLog log = lab.open();
          long acknowledged = append(log, 1, 100);
          long accepted = acknowledged;
          for (int i = 1 + random.nextInt(5); i > 0; i--) {
            accepted = append(log, accepted + 1, random.nextInt(6_000), Durability.BUFFERED);
          }
          lab.machine.scheduler().runFor(20 * MILLI);
          lab.machine.disk().failNext(Verb.SYNC, path -> true);
          try {
            log.sync();
            throw new AssertionError("a failed sync was reported as success");
          } catch (LogFailedException e) {
            check(e.outcome() == WalException.Outcome.UNKNOWN, "a failed sync knows nothing");
          }
          check(log.durableIndex() == acknowledged, "durable beyond a failed sync");
          if (random.nextBoolean()) {
            lab.machine.killProcess();
          } else {
            closeFailed(log);
          }
          keepsWhatItShowedOnce(lab, acknowledged, accepted, kept);
        });
    assertThat(kept[0]).as("runs with a tail that no sync would have written").isGreaterThan(40);
  }

  private static void closeFailed(WriteAheadLog log) throws WalException {
    try {
      log.close();
      throw new AssertionError("a failed log closed as if it were whole");
    } catch (LogFailedException _) {
      // As it has to be.
    }
  }

  /// Opens, notes what is shown, loses the power, and demands the same again.
  private static void keepsWhatItShowedOnce(
      CrashLab lab, long acknowledged, long accepted, int[] kept) throws Exception {
    WriteAheadLog shown = lab.open();
    long last = CrashLab.verify(shown, 1);
    check(last >= acknowledged && last <= accepted, "the kill left " + last);
    check(shown.durableIndex() == last, "shown and not called durable: " + last);
    if (shown.recovery().rewrittenBytes() > 0 && last > acknowledged) {
      kept[0]++;
    }
    lab.machine.losePower();
    try (WriteAheadLog log = lab.open()) {
      check(CrashLab.verify(log, 1) == last, "shown " + last + ", left " + log.lastIndex());
    }
    lab.reopenAndVerify(last, last);
  }

  /// The same, with the power lost at every operation of the open that makes it durable: I-1, I-4.
  @Test
  void powerLossAtEveryOperationOfARecoveryLosesNothingThatWasAcknowledged() {
    Seeds.forEach(
        6,
        1,
        seed -> {
          long needed = 0;
          for (long at = 0; at <= needed; at++) {
            CrashLab lab = new CrashLab(Seed.of(seed.value() + at * 1_000));
            WriteAheadLog log = lab.open();
            append(log, 1, 3_000);
            append(log, 2, 5_000);
            append(log, 3, 200, Durability.BUFFERED);
            lab.machine.scheduler().runFor(10 * MILLI);
            lab.machine.killProcess();
            long before = lab.machine.disk().operations();
            if (at > 0) {
              lab.machine.disk().add(new Fault.Crash(before + at, Death.POWER));
            }
            try (WriteAheadLog recovered = lab.open()) {
              check(recovered.lastIndex() >= 2, "lost in recovery: " + recovered.lastIndex());
            } catch (SimCrash _) {
              // As planned; the next open finds what it left.
            }
            if (at == 0) {
              needed = lab.machine.disk().operations() - before;
            }
            lab.reopenAndVerifyInSpiteOfACrash(2, 3);
          }
        });
  }

  /// The rule is stricter than the design asks: a segment gets its first write only when the one
  /// before it is sealed and synced. So power loss at any operation of a roll tears at most one of
  /// the two.
  @Test
  void powerLossDuringRollTearsBothSegments() {
    Seeds.forEach(
        8,
        1,
        seed -> {
          long needed = 0;
          for (long at = 0; at <= needed; at++) {
            Seed own = Seed.of(seed.value() * 10_000 + at);
            CrashLab lab = new CrashLab(own);
            RandomGenerator random = seed.random("sizes");
            WriteAheadLog log = lab.open();
            long acknowledged = 0;
            while (acknowledged < 8) {
              acknowledged = append(log, acknowledged + 1, 7_000 + random.nextInt(500));
            }
            long before = lab.machine.disk().operations();
            if (at > 0) {
              lab.machine.disk().add(new Fault.Crash(before + at, Death.POWER));
            }
            long accepted = acknowledged;
            try {
              for (int i = 0; i < 4; i++) {
                accepted++;
                append(log, accepted, 300 + random.nextInt(3_000), Durability.BUFFERED);
                lab.machine.scheduler().step();
                accepted++;
                acknowledged = append(log, accepted, 300 + random.nextInt(3_000));
              }
              check(at > 0 || log.stats().rolls() == 1, log.stats().rolls() + " rolls");
              needed = at == 0 ? lab.machine.disk().operations() - before : needed;
              lab.machine.losePower();
            } catch (SimCrash _) {
              // As planned.
            }
            try {
              lab.reopenAndVerifyInSpiteOfACrash(acknowledged, accepted);
            } catch (CorruptException e) {
              throw new AssertionError("power loss at operation " + at + " looks like damage", e);
            }
          }
        });
  }
}
