// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.bench.peers.Checker.WrongDataException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// I-17: a benchmark checks its data. Each way to be wrong is planted once.
final class CheckerTest {
  private static final int RECORDS = 3000;

  private final Payloads payloads = new Payloads(42, 1, 128);

  private List<byte[]> log() {
    List<byte[]> log = new ArrayList<>();
    byte[][] cycle = payloads.of(0);
    for (int i = 0; i < RECORDS; i++) {
      log.add(cycle[i % cycle.length]);
    }
    return log;
  }

  private void check(List<byte[]> log, Payloads expected, long... appended) {
    Checker checker = new Checker(expected);
    long index = 0;
    for (byte[] record : log) {
      checker.record(++index, record, 0, record.length);
    }
    checker.finish(appended);
  }

  @Test
  void whatWasAppendedIsRight() {
    assertThatCode(() -> check(log(), payloads, RECORDS)).doesNotThrowAnyException();
  }

  @Test
  void oneFlippedBitIsWrong() {
    List<byte[]> log = log();
    byte[] flipped = log.get(1500).clone();
    flipped[100] ^= 1;
    log.set(1500, flipped);
    assertThatThrownBy(() -> check(log, payloads, RECORDS))
        .isInstanceOf(WrongDataException.class)
        .hasMessageContaining("record 1501")
        .hasMessageContaining("byte 100");
  }

  @Test
  void oneLostRecordIsWrong() {
    List<byte[]> log = log();
    log.remove(1500);
    assertThatThrownBy(() -> check(log, payloads, RECORDS)).isInstanceOf(WrongDataException.class);
  }

  @Test
  void aLostCycleOfRecordsIsWrong() {
    List<byte[]> log = log();
    log.subList(100, 100 + payloads.of(0).length).clear();
    assertThatThrownBy(() -> check(log, payloads, RECORDS))
        .isInstanceOf(WrongDataException.class)
        .hasMessageContaining("appended [3000]");
  }

  @Test
  void aLostTailIsWrong() {
    assertThatThrownBy(() -> check(log().subList(0, RECORDS - 1), payloads, RECORDS))
        .isInstanceOf(WrongDataException.class)
        .hasMessageContaining("read back [2999]");
  }

  @Test
  void aRepeatedRecordIsWrong() {
    List<byte[]> log = log();
    log.add(1500, log.get(1500));
    assertThatThrownBy(() -> check(log, payloads, RECORDS)).isInstanceOf(WrongDataException.class);
  }

  @Test
  void swappedRecordsOfOneWriterAreWrong() {
    List<byte[]> log = log();
    byte[] first = log.get(10);
    log.set(10, log.get(11));
    log.set(11, first);
    assertThatThrownBy(() -> check(log, payloads, RECORDS)).isInstanceOf(WrongDataException.class);
  }

  @Test
  void aShorterRecordIsWrong() {
    Checker checker = new Checker(payloads);
    assertThatThrownBy(() -> checker.record(1, payloads.of(0)[0], 0, 127))
        .isInstanceOf(WrongDataException.class);
  }

  @Test
  void aGapInTheIndexIsWrong() {
    Checker checker = new Checker(payloads);
    checker.record(1, payloads.of(0)[0], 0, 128);
    assertThatThrownBy(() -> checker.record(3, payloads.of(0)[1], 0, 128))
        .isInstanceOf(WrongDataException.class)
        .hasMessageContaining("expected 2");
  }

  @Test
  void anotherSeedIsWrong() {
    assertThatThrownBy(() -> check(log(), new Payloads(43, 1, 128), RECORDS))
        .isInstanceOf(WrongDataException.class);
  }

  @Test
  void writersMayInterleave() {
    Payloads two = new Payloads(42, 2, 128);
    List<byte[]> log =
        List.of(two.of(1)[0], two.of(0)[0], two.of(0)[1], two.of(1)[1], two.of(0)[2]);
    assertThatCode(() -> check(log, two, 3, 2)).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(log, two, 3, 3)).isInstanceOf(WrongDataException.class);
  }

  /// A log that drops its oldest records: from `first`, an index, on.
  private void checkTail(List<byte[]> log, int first, long leastBytes, long... appended) {
    Checker checker = Checker.ofTail(payloads);
    for (int index = first; index <= log.size(); index++) {
      checker.record(index, log.get(index - 1), 0, 128);
    }
    checker.finish(appended, leastBytes);
  }

  @Test
  void aTailWithoutAGapIsRight() {
    assertThatCode(() -> checkTail(log(), 2000, 128 * 1000, RECORDS)).doesNotThrowAnyException();
  }

  @Test
  void aTailThatLostItsEndIsWrong() {
    assertThatThrownBy(() -> checkTail(log().subList(0, RECORDS - 1), 2000, 0, RECORDS))
        .isInstanceOf(WrongDataException.class)
        .hasMessageContaining("the last index is 2999");
  }

  @Test
  void aTailWithAHoleInItIsWrong() {
    List<byte[]> log = log();
    log.remove(2500);
    log.add(log.getLast());
    assertThatThrownBy(() -> checkTail(log, 2000, 0, RECORDS))
        .isInstanceOf(WrongDataException.class)
        .hasMessageContaining("differs");
  }

  @Test
  void aTailThatIsTooShortIsWrong() {
    assertThatThrownBy(() -> checkTail(log(), 2990, 128 * 1000, RECORDS))
        .isInstanceOf(WrongDataException.class)
        .hasMessageContaining("kept only");
  }

  @Test
  void aTailThatEndsWithAnotherPayloadIsWrong() {
    Checker checker = Checker.ofTail(payloads);
    byte[][] cycle = payloads.of(0);
    for (int index = 2000; index <= RECORDS; index++) {
      checker.record(index, cycle[index % cycle.length], 0, 128);
    }
    assertThatThrownBy(() -> checker.finish(RECORDS))
        .isInstanceOf(WrongDataException.class)
        .hasMessageContaining("writer 0 ended before payload");
  }
}
