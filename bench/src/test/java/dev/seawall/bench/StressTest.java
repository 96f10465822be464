// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The append lock, the durable position and the words that its waiters sleep on, under jcstress,
/// in a process of its own: I-1, I-2. The classes whose names end in `Stress` are the tests; a lost
/// wake-up hangs one of them, and a hang is a failure (ADR 0012).
///
/// In every build a slice of some seconds, and one broken lock to see that the slice sees anything;
/// at night all broken ones, and every way to compile the right ones.
@EnabledOnOs(OS.LINUX)
final class StressTest {
  private static final String PACKAGE = "dev.seawall.wal.internal.append.";
  private static final String RIGHT = "(AppendLockStress|DurableIndexStress)";
  private static final long LIMIT_MINUTES = 9;
  private static final Pattern VERDICT =
      Pattern.compile(
          "^\\.* *\\[([A-Z ]+)\\] " + Pattern.quote(PACKAGE) + "(\\S+)", Pattern.MULTILINE);
  private static final Pattern SAMPLES =
      Pattern.compile("^ +\\S+ +([0-9,]+) +<?[0-9.]+% ", Pattern.MULTILINE);

  @TempDir private Path temp;

  /// Runs what matches, and returns the verdict of each; `HANGS` of all when the run does not end.
  private Map<String, String> stress(String tests, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(List.of("-v", "-af", "NONE", "-r", temp.toString(), "-t", tests));
    command.addAll(List.of(options));
    Path out = temp.resolve("out");
    Process process =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    String said = Files.readString(out, StandardCharsets.UTF_8);
    if (!ended) {
      System.out.println(said);
      return Map.of(tests, "HANGS");
    }
    Map<String, String> verdicts = new TreeMap<>();
    for (Matcher match = VERDICT.matcher(said); match.find(); ) {
      verdicts.merge(match.group(2), match.group(1), StressTest::worse);
    }
    long samples = 0;
    for (Matcher match = SAMPLES.matcher(said); match.find(); ) {
      samples += Long.parseLong(match.group(1).replace(",", ""));
    }
    System.out.println("jcstress: " + samples + " samples, " + verdicts);
    assertThat(verdicts).as(said).isNotEmpty();
    return verdicts;
  }

  private static String worse(String one, String other) {
    return one.equals("OK") ? other : one;
  }

  /// One way to compile, some tenths of a second each.
  private Map<String, String> slice(String tests, String iterations, String millis)
      throws Exception {
    return stress(
        tests,
        "-jvmArgs",
        "-Xmx256m -ea --enable-native-access=ALL-UNNAMED",
        "-sc",
        "false",
        "-f",
        "1",
        "-iters",
        iterations,
        "-time",
        millis);
  }

  @Test
  void aSliceOfEachTestPassesAndABrokenLockDoesNot() throws Exception {
    assertThat(slice("(" + RIGHT + "|BrokenStress.LooksThenTakes)", "3", "300"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "AppendLockStress.Spinning", "OK",
                "AppendLockStress.Parking", "OK",
                "DurableIndexStress.Order", "OK",
                "DurableIndexStress.Parked", "OK",
                "DurableIndexStress.Asleep", "OK",
                "DurableIndexStress.Failing", "OK",
                "BrokenStress.LooksThenTakes", "FAILED"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"LooksThenTakes", "LooksThenFrees", "GroupBeforeIndex"})
  @Tag("night")
  void everyBrokenCopyFails(String name) throws Exception {
    assertThat(slice("BrokenStress." + name, "10", "2000"))
        .hasSize(1)
        .allSatisfy((_, verdict) -> assertThat(verdict).isIn("FAILED", "TIMEOUT", "HANGS"));
  }

  /// Interpreted, by either compiler, and by one that is told to take chances.
  @Test
  @Tag("night")
  void everyWayToCompileThemPasses() throws Exception {
    String flags = "-ea --enable-native-access=ALL-UNNAMED";
    assertThat(stress(RIGHT, "-jvmArgsPrepend", flags, "-sc", "false", "-m", "quick"))
        .hasSize(6)
        .allSatisfy((_, verdict) -> assertThat(verdict).isEqualTo("OK"));
  }
}
