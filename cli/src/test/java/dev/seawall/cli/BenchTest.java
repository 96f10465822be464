// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.cli.bench.Advice;
import dev.seawall.cli.bench.Measurement;
import dev.seawall.cli.bench.Measurement.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

final class BenchTest {
  @TempDir private Path directory;

  @Test
  void measuresTheDiskAndTheLogAndLeavesNothingBehind() throws IOException {
    Run run = Run.of("bench", "--dir", directory, "--seconds", "0.02", "--json");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    Map<String, Object> report = JSON.std.mapFrom(run.out());
    assertThat(subjects(report))
        .containsExactlyInAnyOrder("growing_file", "prepared_blocks", "log_records", "log_batches");
    String usual = String.valueOf(report.get("backend"));
    assertThat(measurements(report))
        .allSatisfy(one -> assertThat(((Number) one.get("bytes")).intValue()).isPositive())
        .filteredOn(one ->
            usual.equals(one.get("backend")) && Integer.valueOf(16).equals(one.get("parallel")))
        .isNotEmpty();
    assertThat((List<?>) report.get("advice")).isNotEmpty();
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aDirectoryThatIsNotThereIsAMisuse() {
    Run run = Run.of("bench", "--dir", directory.resolve("missing"));
    assertThat(run.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(run.err()).contains("missing").contains("name another one");
  }

  @Test
  void noTimeIsAMisuse() {
    assertThat(Run.of("bench", "--dir", directory, "--seconds", "0").status())
        .isEqualTo(ExitCode.USAGE.status());
  }

  @Test
  void adviceNamesAFasterBackendAndForWhichLoad() {
    assertThat(
            Advice.of(
                List.of(
                    log("direct", 1, 10_000), log("direct", 16, 40_000), log("uring", 16, 90_000)),
                "direct"))
        .anySatisfy(sentence ->
            assertThat(sentence)
                .contains("uring for 16 threads (2.3×)")
                .doesNotContain("1 thread "))
        .anySatisfy(sentence -> assertThat(sentence).contains("16 threads 40000"));
  }

  @Test
  void adviceLeavesTheBackendAloneWhenNoneIsMuchFaster() {
    assertThat(Advice.of(List.of(log("direct", 1, 10_000), log("uring", 1, 10_500)), "direct"))
        .anySatisfy(sentence -> assertThat(sentence).startsWith("Leave the backend as it is"));
  }

  @Test
  void adviceWarnsOfADiskThatIsTooFastToFlush() {
    assertThat(Advice.of(List.of(prepared(1, 300_000, 3)), "direct"))
        .anySatisfy(sentence -> assertThat(sentence).contains("does not flush"));
    assertThat(Advice.of(List.of(prepared(1, 10_000, 95)), "direct"))
        .noneSatisfy(sentence -> assertThat(sentence).contains("does not flush"));
  }

  @Test
  void adviceSaysWhatSeveralInFlightBring() {
    assertThat(Advice.of(List.of(prepared(1, 10_000, 95), prepared(4, 24_000, 150)), "direct"))
        .anySatisfy(sentence -> assertThat(sentence).contains("2.4×").contains("4 in flight"));
    assertThat(Advice.of(List.of(prepared(1, 10_000, 95), prepared(4, 10_100, 400)), "direct"))
        .anySatisfy(sentence -> assertThat(sentence).contains("gains nothing"));
  }

  private static Measurement log(String backend, int threads, double perSecond) {
    return new Measurement(Subject.LOG_RECORDS, backend, threads, 1024, perSecond, 100, 200);
  }

  private static Measurement prepared(int inFlight, double perSecond, double micros) {
    return new Measurement(
        Subject.PREPARED_BLOCKS, "direct", inFlight, 4096, perSecond, micros, 2 * micros);
  }

  private static Set<Object> subjects(Map<String, Object> report) {
    return measurements(report).stream()
        .<Object>map(one -> one.get("subject"))
        .collect(Collectors.toSet());
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> measurements(Map<String, Object> report) {
    return (List<Map<String, Object>>) report.get("measurements");
  }
}
