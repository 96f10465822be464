// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.bench.peers.Peers.Role;
import dev.seawall.bench.peers.Results.Spread;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ResultsTest {
  private static final Cell DURABLE = new Cell("W2", 128, 1);
  private static final Cell BUFFERED = new Cell("W1", 128, 1);

  private final Results results = new Results();

  private void ops(String row, Role role, double... values) {
    for (int i = 0; i < values.length; i++) {
      results.add(DURABLE, row, role, i + 1, Map.of("opsPerSecond", values[i]));
    }
  }

  @Test
  void theMedianHasItsRange() {
    assertThat(Spread.of(new double[] {9, 1, 5})).contains(new Spread(5, 1, 9));
    assertThat(Spread.of(new double[] {9, 1, 5, 3})).contains(new Spread(4, 1, 9));
    assertThat(Spread.of(new double[0])).isEmpty();
  }

  @Test
  void theRatioIsToTheBestPeerAndNeverToAFloor() {
    ops("seawall", Role.SUBJECT, 200, 220, 240);
    ops("chronicle", Role.PEER, 100, 110, 120);
    ops("artemis_nio", Role.PEER, 90, 80, 300);
    ops("fio", Role.FLOOR, 1000, 1000, 1000);
    assertThat(results.bestPeer(DURABLE)).contains("chronicle");
    assertThat(results.ratio(DURABLE, "seawall")).contains(new Spread(2, 2, 2));
    assertThat(results.rows(DURABLE)).containsExactly("seawall", "chronicle", "artemis_nio", "fio");
  }

  @Test
  void fewerNanosecondsAreBetter() {
    results.add(BUFFERED, "seawall", Role.SUBJECT, 1, Map.of("meanNanos", 50.0));
    results.add(BUFFERED, "chronicle", Role.PEER, 1, Map.of("meanNanos", 150.0));
    results.add(BUFFERED, "artemis_nio", Role.PEER, 1, Map.of("meanNanos", 400.0));
    assertThat(results.bestPeer(BUFFERED)).contains("chronicle");
    assertThat(results.ratio(BUFFERED, "seawall")).contains(new Spread(3, 3, 3));
  }

  @Test
  void aFailedRepetitionIsLeftOutOfThePairs() {
    ops("chronicle", Role.PEER, 100, 100, 100);
    results.add(DURABLE, "seawall", Role.SUBJECT, 2, Map.of("opsPerSecond", 150.0));
    assertThat(results.ratio(DURABLE, "seawall")).contains(new Spread(1.5, 1.5, 1.5));
  }

  @Test
  void aPeerThatDidNothingGivesNoRatio() {
    ops("chronicle", Role.PEER, 0, 0);
    ops("seawall", Role.SUBJECT, 10, 10);
    assertThat(results.ratio(DURABLE, "seawall")).isEmpty();
  }

  @Test
  void aRowThatDoesTheSameInBothFormsIsMeasuredOnce() {
    Cell growing = new Cell("W1", 128, 1).in(Cell.Form.GROWING);
    Cell recycling = growing.in(Cell.Form.RECYCLING);
    results.add(growing, "chronicle", Role.PEER, 1, Map.of("meanNanos", 150.0));
    results.share(growing, recycling, "chronicle", 1);
    results.add(recycling, "seawall", Role.SUBJECT, 1, Map.of("meanNanos", 50.0));
    assertThat(results.ratio(recycling, "seawall")).contains(new Spread(3, 3, 3));
    assertThat(results.shared(recycling)).containsExactly("chronicle");
    assertThat(results.shared(growing)).isEmpty();
  }

  @Test
  void aPercentileInMicrosecondsIsBetterWhenItIsLess() {
    results.add(DURABLE, "seawall", Role.SUBJECT, 1, Map.of("p99Micros", 100.0));
    results.add(DURABLE, "chronicle", Role.PEER, 1, Map.of("p99Micros", 400.0));
    assertThat(results.ratio(DURABLE, "seawall", DURABLE, "chronicle", "p99Micros"))
        .contains(new Spread(4, 4, 4));
  }
}
