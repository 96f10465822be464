// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.Verb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The vault's promise (V-2): an append that returned has survived the death of the process, at
/// every durability, without a system call.
class MappedCrashTest {
  private static final WalOptions OPTIONS =
      WalSubject.smallOptions()
          .withSegmentBytes(64 << 10)
          .withWindowBytes(64 << 10)
          .withAppendMode(WalOptions.AppendMode.MAPPED);
  private static final Durability[] LEVELS = {
    Durability.BUFFERED, Durability.PERIODIC, Durability.BATCHED, Durability.SYNCED
  };

  private static byte[] payload(RandomGenerator random, long index) {
    byte[] payload = new byte[1 + random.nextInt(random.nextBoolean() ? 200 : 9_000)];
    Arrays.fill(payload, (byte) (index * 31));
    return payload;
  }

  private static void verify(SimMachine machine, List<byte[]> returned, long accepted)
      throws Exception {
    try (WriteAheadLog log = WriteAheadLog.open(WalSubject.DIRECTORY, OPTIONS, machine.machine())) {
      assertThat(log.lastIndex()).isBetween((long) returned.size(), accepted);
      try (WalReader reader = log.reader(1)) {
        for (byte[] expected : returned) {
          assertThat(reader.next()).isTrue();
          assertThat(reader.payloadBytes()).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void everyAppendThatReturnedSurvivesTheDeathOfTheProcess() {
    int[] died = new int[1];
    int[] unsynced = new int[1];
    Seeds.forEach(
        300,
        1,
        seed -> {
          RandomGenerator random = seed.random("test");
          SimMachine machine = new SimMachine(seed);
          List<byte[]> returned = new ArrayList<>();
          long accepted = 0;
          long durable = 0;
          WriteAheadLog log = WriteAheadLog.open(WalSubject.DIRECTORY, OPTIONS, machine.machine());
          if (random.nextBoolean()) {
            // Within the appends for sure: they take more operations than that.
            long at = machine.disk().operations() + 1 + random.nextInt(150);
            machine.disk().add(new Fault.Crash(at, Death.KILL));
          }
          try {
            for (int i = 0; i < 150; i++) {
              WalBatch batch = new WalBatch();
              List<byte[]> payloads = new ArrayList<>();
              for (int k = random.nextInt(3); k >= 0; k--) {
                byte[] payload = payload(random, accepted + payloads.size());
                payloads.add(payload);
                batch.add(payload);
              }
              accepted += payloads.size();
              long last = log.append(batch, LEVELS[random.nextInt(LEVELS.length)]);
              returned.addAll(payloads);
              assertThat(last).isEqualTo(returned.size());
              durable = log.durableIndex();
              if (random.nextInt(8) == 0) {
                machine.scheduler().runFor(random.nextInt(20_000_000));
              }
            }
            machine.killProcess();
          } catch (SimCrash _) {
            died[0]++;
          }
          unsynced[0] += durable < returned.size() ? 1 : 0;
          verify(machine, returned, accepted);
        });
    assertThat(died[0]).as("deaths inside an append or a worker").isGreaterThan(50);
    assertThat(unsynced[0]).as("deaths with records that no sync covered").isGreaterThan(50);
  }

  /// A page that cannot be had fails the log, tells the caller, and harms nothing before it.
  @Test
  void aStoreThatFailsFailsTheLog() {
    Seeds.forEach(
        60,
        1,
        seed -> {
          RandomGenerator random = seed.random("test");
          SimMachine machine = new SimMachine(seed);
          List<byte[]> returned = new ArrayList<>();
          WriteAheadLog log = WriteAheadLog.open(WalSubject.DIRECTORY, OPTIONS, machine.machine());
          int[] left = {1 + random.nextInt(40)};
          machine.disk().failNext(Verb.STORE, _ -> --left[0] == 0);
          boolean failed = false;
          for (int i = 0; i < 60 && !failed; i++) {
            byte[] payload = payload(random, i);
            try {
              log.append(payload, LEVELS[random.nextInt(LEVELS.length)]);
              returned.add(payload);
            } catch (LogFailedException e) {
              failed = true;
              assertThat(e.outcome()).isEqualTo(WalException.Outcome.UNKNOWN);
              assertThat(e).hasMessageContaining("open it");
            }
          }
          if (failed) {
            org.assertj.core.api.Assertions.assertThatThrownBy(
                    () -> log.append(new byte[1], Durability.BUFFERED))
                .isInstanceOf(LogFailedException.class);
          }
          try {
            log.close();
          } catch (WalException _) {
            assertThat(failed).isTrue();
          }
          verify(machine, returned, returned.size() + 1L);
        });
  }
}
