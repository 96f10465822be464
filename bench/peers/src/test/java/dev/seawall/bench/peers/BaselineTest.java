// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.bench.peers.Peers.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BaselineTest {
  private static final Cell CELL = new Cell("W2", 128, 1);

  @TempDir private Path directory;

  /// A run in which Seawall was so many times as fast as the best peer, and half as fast as fio.
  private static Results run(double... ratios) {
    Results results = new Results();
    for (int i = 0; i < ratios.length; i++) {
      double minute = 100 + 37 * i;
      results.add(CELL, "seawall", Role.SUBJECT, i, Map.of("opsPerSecond", minute * ratios[i]));
      results.add(CELL, "chronicle", Role.PEER, i, Map.of("opsPerSecond", minute));
      results.add(CELL, "artemis_nio", Role.PEER, i, Map.of("opsPerSecond", minute / 2));
      results.add(
          CELL, "fio direct-dsync", Role.FLOOR, i, Map.of("opsPerSecond", 2 * minute * ratios[i]));
    }
    return results;
  }

  private Baseline saved(Results results) throws IOException {
    Path file = directory.resolve("baseline.json");
    Baseline.of(results, Map.of("cpu", "a fast one")).write(file);
    return Baseline.read(file);
  }

  @Test
  void theSameRatiosAreAsGoodHoweverFastTheMachineIs() throws IOException {
    StringBuilder text = new StringBuilder();
    assertThat(saved(run(2, 2, 2, 2, 2)).compare(run(2, 2, 2), text)).contains(0);
    assertThat(text.toString())
        .contains("W2-128B-1 | chronicle | 2.00 | 2.00 | −10 % | as good")
        .contains("W2-128B-1 | fio direct-dsync | 0.50")
        .contains("a fast one");
  }

  @Test
  void aRatioThatFellByMoreThanTheNoiseIsWorse() throws IOException {
    StringBuilder text = new StringBuilder();
    assertThat(saved(run(2, 2, 2, 2, 2)).compare(run(1.7, 1.7, 1.7), text)).contains(1);
    assertThat(text.toString()).contains("chronicle | 2.00 | 1.70 | −10 % | **worse**");
  }

  @Test
  void aNoisyRatioMayFallFurther() throws IOException {
    Baseline noisy = saved(run(1.6, 1.8, 2, 2.2, 2.4));
    assertThat(noisy.compare(run(1.7, 1.7, 1.7), new StringBuilder())).contains(0);
    assertThat(noisy.compare(run(1.5, 1.5, 1.5), new StringBuilder())).contains(1);
  }

  @Test
  void aBetterRatioIsNotWorse() throws IOException {
    assertThat(saved(run(2, 2, 2)).compare(run(4, 4, 4), new StringBuilder())).contains(0);
  }

  @Test
  void aRunThatMeasuredNothingOfItProvesNothing() throws IOException {
    assertThat(saved(run(2, 2, 2)).compare(new Results(), new StringBuilder())).isEmpty();
  }

  @Test
  void noSecondsAreSaved() throws IOException {
    Baseline baseline = saved(run(2, 2, 2));
    String json = Files.readString(directory.resolve("baseline.json"));
    assertThat(json).doesNotContain("Micros").doesNotContain("Nanos").doesNotContain("PerSecond");
    assertThat(baseline.peers()).containsExactly("seawall", "chronicle", "fio");
    assertThat(baseline.workloads()).containsExactly("W2");
  }

  @Test
  void anEmptyBaselineIsRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("baseline.json"), "{}");
    assertThatThrownBy(() -> Baseline.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--save-baseline");
  }
}
