// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.Verb;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// `flush`: what was accepted before it survives the death of the process, without a sync.
class FlushCrashTest {
  @Test
  void whatWasFlushedSurvivesTheDeathOfTheProcess() {
    int[] unsynced = new int[1];
    int[] died = new int[1];
    Seeds.forEach(
        300,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          RandomGenerator random = seed.random("test");
          WriteAheadLog log = lab.open();
          if (random.nextBoolean()) {
            long at = lab.machine.disk().operations() + 1 + random.nextInt(30);
            lab.machine.disk().add(new Fault.Crash(at, Death.KILL));
          }
          long accepted = 0;
          long flushed = 0;
          long durable = 0;
          try {
            for (int i = 1 + random.nextInt(30); i > 0; i--) {
              append(log, accepted + 1, random.nextInt(6_000), Durability.BUFFERED);
              accepted++;
              if (random.nextInt(3) == 0) {
                log.flush();
                flushed = accepted;
                durable = log.durableIndex();
                check(log.stats().writtenIndex() >= flushed, "flushed and not written");
              }
              if (random.nextInt(8) == 0) {
                lab.machine.scheduler().runFor(random.nextLong(3_000_000));
              }
            }
            lab.machine.killProcess();
          } catch (SimCrash _) {
            accepted++; // The one under way may be there.
            died[0]++;
          }
          unsynced[0] += durable < flushed ? 1 : 0;
          lab.reopenAndVerifyInSpiteOfACrash(flushed, accepted);
        });
    assertThat(unsynced[0]).as("runs whose flushed records no sync covered").isGreaterThan(100);
    assertThat(died[0]).as("deaths inside").isGreaterThan(50);
  }

  @Test
  void aFlushThatCannotWriteFailsTheLog() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(1));
    WriteAheadLog log = lab.open();
    append(log, 1, 100);
    append(log, 2, 100, Durability.BUFFERED);
    lab.machine.disk().failNext(Verb.WRITE, _ -> true);
    assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class);
  }

  @Test
  void aFlushOfNothingReturns() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(1));
    try (WriteAheadLog log = lab.open()) {
      log.flush();
      append(log, 1, 100, Durability.BUFFERED);
      log.flush();
      log.flush();
      assertThat(log.durableIndex()).isZero();
    }
  }
}
