// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Death;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// A log that is only read, beside a writer and without one.
class ReadOnlyLogTest {
  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void readsAllThatAClosedLogHoldsAndChangesNoByte() throws Exception {
    SimLog sim = new SimLog(1).filled(400);
    Map<Path, ByteBuffer> before = sim.disk();
    try (ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertThat(SimLog.indexes(reader)).isEqualTo(range(1, 400));
      assertThat(log.firstIndex()).isEqualTo(1);
      assertThat(log.lastIndex(Visibility.ACCEPTED)).isEqualTo(400);
      assertThat(log.recovery().epoch()).isZero();
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
      assertThat(log.damage()).isEmpty();
      log.refresh();
    }
    assertThat(sim.disk()).isEqualTo(before);
  }

  @Test
  void followsALiveWriterOverRolls() throws Exception {
    SimLog sim = new SimLog(2);
    try (WriteAheadLog writer = sim.write()) {
      SimLog.append(writer, 1, 10);
      try (ReadOnlyLog log = sim.read();
          WalReader reader = log.reader(1, Visibility.WRITTEN)) {
        long next = 1;
        for (long last = 10; last <= 500; last += 7) {
          SimLog.append(writer, last == 10 ? 11 : last + 1, last + 7);
          log.refresh();
          assertThat(SimLog.indexes(reader)).isEqualTo(range(next, last + 7));
          next = last + 8;
          assertThat(log.lastIndex(Visibility.DURABLE)).isBetween(last, last + 7);
        }
        assertThat(sim.segments()).hasSizeGreaterThan(3);
        assertThat(log.damage()).isEmpty();
      }
    }
  }

  @Test
  void waitsForTheNextRecordOfAnotherProcess() throws Exception {
    SimLog sim = new SimLog(3);
    try (WriteAheadLog writer = sim.write()) {
      SimLog.append(writer, 1, 3);
      try (ReadOnlyLog log = sim.read();
          WalReader reader = log.reader(4, Visibility.WRITTEN)) {
        assertThat(reader.next(Duration.ofMillis(50))).isFalse();
        SimLog.append(writer, 4, 4);
        assertThat(reader.next(Duration.ofSeconds(1))).isTrue();
        assertThat(reader.payloadBytes()).isEqualTo(SimLog.payload(4));
      }
    }
  }

  @Test
  void anIdleWriterHasPromisedEverything() throws Exception {
    SimLog sim = new SimLog(4);
    try (WriteAheadLog writer = sim.write()) {
      SimLog.append(writer, 1, 3);
      try (ReadOnlyLog log = sim.read();
          WalReader reader = log.reader(3, Visibility.DURABLE)) {
        assertThat(log.lastIndex(Visibility.WRITTEN)).isEqualTo(3);
        assertThat(reader.next(Duration.ofSeconds(5))).isTrue();
        assertThat(log.lastIndex(Visibility.DURABLE)).isEqualTo(3);
      }
    }
  }

  @Test
  void prefixTruncationUnderAReaderIsTruncationAndNotDamage() throws Exception {
    SimLog sim = new SimLog(5);
    try (WriteAheadLog writer = sim.write()) {
      SimLog.append(writer, 1, 400);
      try (ReadOnlyLog log = sim.read();
          WalReader inside = log.reader(1, Visibility.WRITTEN);
          WalReader before = log.reader(2, Visibility.WRITTEN)) {
        assertThat(inside.next()).isTrue();
        writer.truncatePrefix(380);
        SimLog.append(writer, 401, 900);
        assertThatThrownBy(() -> SimLog.indexes(inside))
            .isInstanceOf(IndexTruncatedException.class);
        assertThatThrownBy(before::next).isInstanceOf(IndexTruncatedException.class);
        log.refresh();
        assertThat(log.firstIndex()).isEqualTo(380);
        try (WalReader rest = log.reader(380, Visibility.WRITTEN)) {
          assertThat(SimLog.indexes(rest)).isEqualTo(range(380, 900));
        }
        assertThat(log.damage()).isEmpty();
      }
    }
  }

  @Test
  void suffixTruncationUnderAReaderIsSeen() throws Exception {
    for (long kept : new long[] {5, 39, 60, 150, 399}) {
      SimLog sim = new SimLog(kept);
      try (WriteAheadLog writer = sim.write()) {
        SimLog.append(writer, 1, 400);
        try (ReadOnlyLog log = sim.read();
            WalReader reader = log.reader(kept - 3, Visibility.WRITTEN)) {
          assertThat(reader.next()).isTrue();
          writer.truncateSuffix(kept);
          log.refresh();
          assertThat(log.lastIndex(Visibility.WRITTEN)).isEqualTo(kept);
          SimLog.append(writer, kept + 1, kept + 300);
          log.refresh();
          assertThat(SimLog.indexes(reader)).isEqualTo(range(kept - 2, kept + 300));
          assertThat(log.damage()).isEmpty();
        }
      }
    }
  }

  @Test
  void aTruncationBetweenTwoLooksIsSeenWhateverWasAppendedMeanwhile() throws Exception {
    for (long more : new long[] {0, 1, 20, 39, 40, 41, 60, 200}) {
      SimLog sim = new SimLog(more);
      try (WriteAheadLog writer = sim.write()) {
        SimLog.append(writer, 1, 400);
        try (ReadOnlyLog log = sim.read()) {
          writer.truncateSuffix(360);
          SimLog.append(writer, 361, 360 + more);
          log.refresh();
          assertThat(log.lastIndex(Visibility.WRITTEN)).isEqualTo(360 + more);
          assertThat(log.damage()).isEmpty();
        }
      }
    }
  }

  @Test
  void aTornTailEndsAtTheLastWholeBatchAndStaysAsItIs() throws Exception {
    for (long seed = 0; seed < 30; seed++) {
      SimLog sim = new SimLog(seed);
      WriteAheadLog writer = sim.write();
      SimLog.append(writer, 1, 50);
      for (long i = 51; i < 80; i++) {
        writer.append(SimLog.payload(i), Durability.BUFFERED);
      }
      sim.machine.die(Death.POWER);
      Map<Path, ByteBuffer> before = sim.disk();
      long seen;
      try (ReadOnlyLog log = sim.read();
          WalReader reader = log.reader(1, Visibility.WRITTEN)) {
        seen = log.lastIndex(Visibility.WRITTEN);
        assertThat(SimLog.indexes(reader)).isEqualTo(range(1, seen));
        assertThat(seen).isGreaterThanOrEqualTo(50);
        assertThat(log.lastIndex(Visibility.DURABLE)).isLessThanOrEqualTo(seen);
        assertThat(log.damage()).isEmpty();
      }
      assertThat(sim.disk()).isEqualTo(before);
      try (WriteAheadLog again = sim.write()) {
        assertThat(again.lastIndex()).isEqualTo(seen);
      }
    }
  }

  @Test
  void aDamagedTailIsReadUpToTheDamage() throws Exception {
    SimLog sim = new SimLog(7).filled(30);
    Path tail = sim.segments().getLast();
    sim.machine.disk().flipBit(tail, 4096 + 12_000, 3);
    assertThatThrownBy(sim::write).isInstanceOf(CorruptException.class);
    try (ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      long last = log.lastIndex(Visibility.DURABLE);
      assertThat(last).isBetween(5L, 12L);
      assertThat(SimLog.indexes(reader)).isEqualTo(range(1, last));
      assertThat(log.damage())
          .hasValueSatisfying(damage -> {
            assertThat(damage.lastIntactIndex()).isEqualTo(last);
            assertThat(damage.file()).isEqualTo(tail);
            assertThat(damage).hasMessageContaining("seawall wal");
          });
      log.refresh();
    }
  }

  @Test
  void aDamagedSealedSegmentIsReadAround() throws Exception {
    SimLog sim = new SimLog(8).filled(400);
    Path second = sim.segments().get(1);
    sim.machine.disk().flipBit(second, 10, 0);
    try (ReadOnlyLog log = sim.read()) {
      assertThat(log.recovery().damagedRanges()).hasSize(1);
      assertThat(log.lastIndex(Visibility.DURABLE)).isEqualTo(400);
      try (WalReader reader = log.reader(1, Visibility.DURABLE)) {
        assertThatThrownBy(() -> SimLog.indexes(reader)).isInstanceOf(CorruptException.class);
      }
      try (WalReader reader = log.reader(350, Visibility.DURABLE)) {
        assertThat(SimLog.indexes(reader)).isEqualTo(range(350, 400));
      }
    }
  }

  @Test
  void readsOnAFullDiskAndWithoutTheLock() throws Exception {
    SimLog sim = new SimLog(9).filled(100);
    sim.machine.disk().setCapacityBytes(sim.machine.disk().usedBytes());
    try (AutoCloseable lock = sim.machine.disk().lockForeign(SimLog.DIRECTORY, "somebody else");
        ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      assertThat(lock).isNotNull();
      assertThat(SimLog.indexes(reader)).hasSize(100);
    }
  }
}
