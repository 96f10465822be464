// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.BufferPool;
import dev.seawall.io.BufferPools;
import dev.seawall.io.Machine;
import dev.seawall.io.PooledBuffer;
import dev.seawall.io.Switch;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimOptions;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Sizes, batches, levels, limits and rolls: I-2, I-12.
class AppendingTest {
  private final SimMachine sim = new SimMachine(Seed.of(11));

  private WriteAheadLog open(WalOptions options) throws Exception {
    return WriteAheadLog.open(WalSubject.DIRECTORY, options, sim.machine());
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static void expect(WriteAheadLog log, List<byte[]> payloads) throws Exception {
    try (WalReader reader = log.reader(1)) {
      for (byte[] payload : payloads) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.payloadBytes()).isEqualTo(payload);
      }
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void theOperatorsSwitchIsStrongerThanTheOptionForTheLock() throws Exception {
    WalOptions spinning = WalSubject.smallOptions().withClaimLock(WalOptions.ClaimLock.SPINNING);
    try (WriteAheadLog log = open(spinning)) {
      assertThat(log.stats().claimLock()).isEqualTo(WalOptions.ClaimLock.SPINNING);
      log.append(random(100));
    }
    Machine own = sim.machine();
    Machine switched =
        new Machine(
            own.files(),
            own.scheduler(),
            own.time(),
            own.random(),
            EnumSet.of(Switch.USE_STD_LOCKS));
    try (WriteAheadLog log = WriteAheadLog.open(WalSubject.DIRECTORY, spinning, switched)) {
      assertThat(log.stats().claimLock()).isEqualTo(WalOptions.ClaimLock.STANDARD);
      expect(log, List.of(random(100)));
    }
  }

  @Test
  void recordsOfEverySizeUpToFarBeyondASegmentComeBack() throws Exception {
    List<byte[]> payloads = new ArrayList<>();
    int[] lengths = {
      0, 1, 7, 8, 9, 39, 40, 41, 4_000, 4_055, 4_056, 4_057, 16_000, 32_500, 32_768, 40_000, 60_000,
      100_000, 126_000, 131_072, 140_000, 700_000, 3, 2_000_000, 5
    };
    try (WriteAheadLog log = open(WalSubject.smallOptions())) {
      for (int length : lengths) {
        payloads.add(random(length));
        log.append(payloads.getLast());
      }
      expect(log, payloads);
    }
    try (WriteAheadLog log = open(WalSubject.smallOptions())) {
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
      expect(log, payloads);
      payloads.add(random(77));
      log.append(payloads.getLast());
      expect(log, payloads);
    }
  }

  @Test
  void aBatchLargerThanASegmentIsOneBatchInOneSegment() throws Exception {
    List<byte[]> payloads = new ArrayList<>();
    try (WriteAheadLog log = open(WalSubject.smallOptions())) {
      WalBatch batch = new WalBatch();
      for (int i = 0; i < 500; i++) {
        payloads.add(random(1_000 + i));
        batch.add(payloads.getLast());
      }
      assertThat(log.append(batch)).isEqualTo(500);
      expect(log, payloads);
      try (WalReader reader = log.reader(1)) {
        while (reader.next()) {
          assertThat(reader.endsBatch()).isEqualTo(reader.index() == 500);
        }
      }
    }
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeAnythingIsDone() throws Exception {
    WalOptions options =
        WalSubject.smallOptions().withMaxRecordBytes(1_000).withMaxBatchBytes(3_000);
    try (WriteAheadLog log = open(options)) {
      assertThatThrownBy(() -> log.append(new byte[1_001]))
          .isInstanceOf(RejectedException.class)
          .hasMessageContaining("1001")
          .hasMessageContaining("maxRecordBytes");
      WalBatch batch = new WalBatch();
      for (int i = 0; i < 4; i++) {
        batch.add(new byte[900]);
      }
      assertThatThrownBy(() -> log.append(batch))
          .isInstanceOfSatisfying(
              RejectedException.class,
              e -> assertThat(e.outcome()).isEqualTo(WalException.Outcome.NOT_APPENDED));
      assertThatThrownBy(() -> log.append(new WalBatch()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(log.lastIndex()).isZero();
      assertThat(log.append(new byte[1_000])).isEqualTo(1);
    }
  }

  @Test
  void batchedRecordsAreDurableAfterTheirDelayWithoutAnybodyAsking() throws Exception {
    Durability level = new Durability.Batched(Duration.ofMillis(50), 1 << 20);
    try (WriteAheadLog log = open(WalSubject.smallOptions().withDurability(level))) {
      Appended appended = log.appendAsync(random(100));
      assertThat(appended.index()).isEqualTo(1);
      assertThat(appended.durable()).isNotDone();
      sim.scheduler().runFor(45_000_000);
      assertThat(log.durableIndex()).isZero();
      sim.scheduler().runFor(30_000_000);
      assertThat(appended.durable()).isCompleted();
      assertThat(log.durableIndex()).isEqualTo(1);
    }
  }

  @Test
  void batchedRecordsAreSyncedWhenTheirBytesAreMany() throws Exception {
    Durability level = new Durability.Batched(Duration.ofHours(1), 20_000);
    try (WriteAheadLog log = open(WalSubject.smallOptions().withDurability(level))) {
      for (int i = 0; i < 30; i++) {
        log.append(random(1_000));
        assertThat(log.lastIndex() - log.durableIndex())
            .as("never more than twice the bytes unsynced")
            .isLessThanOrEqualTo(40);
      }
      sim.scheduler().runFor(5_000_000);
      assertThat(log.durableIndex()).isGreaterThan(10);
    }
  }

  @Test
  void oneSyncedAppendInABufferedLogMakesAllBeforeItDurable() throws Exception {
    try (WriteAheadLog log = open(WalSubject.smallOptions().withDurability(Durability.BUFFERED))) {
      for (int i = 0; i < 20; i++) {
        log.append(random(500));
      }
      assertThat(log.durableIndex()).isZero();
      log.append(random(10), Durability.SYNCED);
      assertThat(log.durableIndex()).isEqualTo(21);
    }
  }

  @Test
  void aFullQueueRefusesWhenAskedTo() throws Exception {
    SimMachine slow = new SimMachine(Seed.of(5), SimOptions.defaults().withDepth(1));
    WalOptions options = WalSubject.smallOptions().withOverload(new Overload.Reject());
    try (WriteAheadLog log = WriteAheadLog.open(WalSubject.DIRECTORY, options, slow.machine())) {
      int accepted = 0;
      RejectedException refused = null;
      while (refused == null && accepted < 1_000) {
        try {
          log.append(random(6_000), Durability.BUFFERED);
          accepted++;
        } catch (RejectedException e) {
          refused = e;
        }
      }
      assertThat(refused).isNotNull();
      assertThat(refused.outcome()).isEqualTo(WalException.Outcome.NOT_APPENDED);
      assertThat(accepted).isPositive();
      log.sync();
      assertThat(log.durableIndex()).isEqualTo(accepted);
      assertThat(log.stats().rejected()).isEqualTo(1);
    }
  }

  @Test
  void aRollSealsAndAnAgedSegmentIsRolledByItself() throws Exception {
    WalOptions options = WalSubject.smallOptions().withMaxSegmentAge(Duration.ofSeconds(10));
    try (WriteAheadLog log = open(options)) {
      log.roll();
      assertThat(log.stats().segments()).as("an empty segment is not sealed").isEqualTo(1);
      log.append(random(10));
      log.roll();
      assertThat(log.stats().segments()).isEqualTo(2);
      log.append(random(10));
      sim.scheduler().runFor(8_000_000_000L);
      assertThat(log.stats().segments()).isEqualTo(2);
      sim.scheduler().runFor(6_000_000_000L);
      assertThat(log.stats().segments()).isEqualTo(3);
    }
  }

  @Test
  void aPooledBufferIsTheLogsOnceItIsAppendedAndTheCallersWhenItIsNot() throws Exception {
    try (BufferPool pool = BufferPools.offHeap(1 << 20);
        WriteAheadLog log = open(WalSubject.smallOptions().withMaxRecordBytes(100))) {
      PooledBuffer buffer = pool.tryAcquire(1_024);
      assertThat(buffer).isNotNull();
      buffer.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 42);
      assertThatThrownBy(() -> log.append(buffer, 101, Durability.SYNCED))
          .isInstanceOf(RejectedException.class);
      assertThat(buffer.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);
      log.append(buffer, 1, Durability.SYNCED);
      assertThat(log.durableIndex()).isEqualTo(1);
      assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
      assertThat(pool.usedBytes()).isZero();
    }
  }

  @Test
  void aListenerThatThrowsHarmsNobody() throws Exception {
    WalListener angry =
        new WalListener() {
          @Override
          public void recovered(RecoveryReport report) {
            throw new IllegalStateException("recovered");
          }

          @Override
          public void rolled(long sealedSegment, long nextSegment) {
            throw new IllegalStateException("rolled");
          }
        };
    try (WriteAheadLog log = open(WalSubject.smallOptions().withListener(angry))) {
      for (int i = 0; i < 40; i++) {
        log.append(random(9_000));
      }
      log.truncatePrefix(30);
      assertThat(log.durableIndex()).isEqualTo(40);
    }
  }

  @Test
  void aLongRecordIsReadWhateverTheLimitForNewOnes() throws Exception {
    try (WriteAheadLog log = open(WalSubject.smallOptions())) {
      log.append(random(50_000));
    }
    try (WriteAheadLog log = open(WalSubject.smallOptions().withMaxRecordBytes(100))) {
      expect(log, List.of(random(50_000)));
    }
  }

  @Test
  void optionsAreReadFromKeysAndUnknownOnesAreNamed() {
    assertThat(WalOptions.from(Map.of("segment-bytes", "8MiB")).segmentBytes()).isEqualTo(8 << 20);
    assertThatThrownBy(() -> WalOptions.from(Map.of("segment-byte", "8MiB")))
        .hasMessageContaining("segment-byte")
        .hasMessageContaining("segment-bytes");
    assertThatThrownBy(() -> WalOptions.from(Map.of("windows", "1")))
        .hasMessageContaining("windows = '1'");
    assertThatThrownBy(() -> WalOptions.defaults().withPrefix("../x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
