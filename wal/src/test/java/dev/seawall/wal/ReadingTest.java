// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Readers by index and by time, following the tail: I-10.
class ReadingTest {
  private final SimMachine sim = new SimMachine(Seed.of(7));

  private WriteAheadLog open(WalOptions options) throws Exception {
    return WriteAheadLog.open(WalSubject.DIRECTORY, options, sim.machine());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> all(WalReader reader) throws Exception {
    List<String> texts = new ArrayList<>();
    while (reader.next()) {
      texts.add(new String(reader.payloadBytes(), StandardCharsets.UTF_8));
    }
    return texts;
  }

  @Test
  void aReaderSeesDurableRecordsOnlyUnlessItAskedForMore() throws Exception {
    WalOptions options = WalSubject.smallOptions().withWriteOutDelay(Duration.ofMillis(5));
    try (WriteAheadLog log = open(options);
        WalReader durable = log.reader(1);
        WalReader accepted = log.reader(1, Visibility.ACCEPTED)) {
      log.append(bytes("a"), Durability.BUFFERED);
      log.append(bytes("b"), Durability.BUFFERED);
      assertThat(all(durable)).isEmpty();
      assertThat(all(accepted)).containsExactly("a", "b");
      try (WalReader written = log.reader(1, Visibility.WRITTEN)) {
        assertThat(all(written)).isEmpty();
        sim.scheduler().runFor(20_000_000);
        assertThat(all(written)).containsExactly("a", "b");
      }
      assertThat(all(durable)).isEmpty();
      log.sync();
      assertThat(all(durable)).containsExactly("a", "b");
    }
  }

  @Test
  void aReaderFollowsTheTailOverManySegments() throws Exception {
    try (WriteAheadLog log = open(WalSubject.smallOptions());
        WalReader reader = log.reader(1)) {
      long read = 0;
      for (int round = 0; round < 200; round++) {
        log.append(new byte[9_000 + round]);
        while (reader.next()) {
          read++;
          assertThat(reader.index()).isEqualTo(read);
          assertThat(reader.payload().byteSize()).isEqualTo(9_000 + read - 1);
        }
      }
      assertThat(read).isEqualTo(200);
      assertThat(log.stats().segments()).isGreaterThan(12);
    }
  }

  @Test
  void aReaderBySeeksFindsEveryIndex() throws Exception {
    try (WriteAheadLog log = open(WalSubject.smallOptions())) {
      for (int i = 1; i <= 2_000; i++) {
        log.append(bytes("record " + i), Durability.BUFFERED);
      }
      log.sync();
      try (WalReader reader = log.reader(1)) {
        for (long index = 2_000; index >= 1; index -= 37) {
          reader.seek(index);
          assertThat(reader.next()).isTrue();
          assertThat(new String(reader.payloadBytes(), StandardCharsets.UTF_8))
              .isEqualTo("record " + index);
        }
      }
    }
  }

  @Test
  void seekingByTimeFindsTheFirstRecordThatIsNotOlder() throws Exception {
    long[] timestamps = new long[1_500];
    WalOptions options = WalSubject.smallOptions();
    try (WriteAheadLog log = open(options)) {
      for (int i = 0; i < timestamps.length; i++) {
        // A clock that jumps back every hundred records.
        timestamps[i] = i * 10L - (i / 100 % 2) * 700L;
        byte[] payload = new byte[300];
        log.append(payload, 0, payload.length, timestamps[i], Durability.BUFFERED);
      }
    }
    try (WriteAheadLog log = open(options);
        WalReader reader = log.reader(1)) {
      for (long time = -800; time < 15_100; time += 333) {
        int expected = 0;
        while (expected < timestamps.length && timestamps[expected] < time) {
          expected++;
        }
        reader.seekTime(time);
        assertThat(reader.nextIndex()).as("time %d", time).isEqualTo(expected + 1);
        assertThat(reader.next()).isEqualTo(expected < timestamps.length);
      }
    }
  }

  @Test
  void aConsumerAheadOfTheRecoveredEndIsTold() throws Exception {
    try (WriteAheadLog log = open(WalSubject.smallOptions())) {
      log.append(bytes("one"));
      assertThatThrownBy(() -> log.reader(3)).isInstanceOf(IndexBeyondEndException.class);
      assertThatThrownBy(() -> log.reader(0)).isInstanceOf(IndexTruncatedException.class);
      try (WalReader atEnd = log.reader(2)) {
        assertThat(atEnd.next()).isFalse();
        assertThat(atEnd.next(Duration.ofMillis(30))).isFalse();
      }
    }
  }

  @Test
  void aReaderBehindATruncationIsTold() throws Exception {
    try (WriteAheadLog log = open(WalSubject.smallOptions());
        WalReader slow = log.reader(1)) {
      for (int i = 0; i < 60; i++) {
        log.append(new byte[9_000]);
      }
      assertThat(slow.next()).isTrue();
      log.truncatePrefix(40);
      slow.seek(2);
      assertThatThrownBy(slow::next)
          .isInstanceOfSatisfying(
              IndexTruncatedException.class, e -> assertThat(e.firstIndex()).isEqualTo(40));
    }
  }

  @Test
  void aReaderBehindASuffixTruncationReadsTheNewRecords() throws Exception {
    try (WriteAheadLog log = open(WalSubject.smallOptions());
        WalReader reader = log.reader(1)) {
      for (int i = 1; i <= 10; i++) {
        log.append(bytes("old " + i));
      }
      assertThat(reader.next()).isTrue();
      log.truncateSuffix(4);
      log.append(bytes("new 5"));
      assertThat(all(reader)).containsExactly("old 2", "old 3", "old 4", "new 5");
    }
  }
}
