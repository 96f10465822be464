// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table that closes a build.
final class TestTimesTest {
  private static final Instant BUILD_BEGAN = Instant.parse("2026-11-21T10:00:00Z");

  @TempDir private Path root;

  @Test
  void kindsAreToldApartBySuffix() {
    assertThat(TestTimes.Kind.of("a.FrameGoldenTest")).isEqualTo(TestTimes.Kind.GOLDEN);
    assertThat(TestTimes.Kind.of("a.AppendSimTest")).isEqualTo(TestTimes.Kind.SIMULATION);
    assertThat(TestTimes.Kind.of("a.FrameFuzzTest")).isEqualTo(TestTimes.Kind.FUZZ);
    assertThat(TestTimes.Kind.of("a.KillCrashTest")).isEqualTo(TestTimes.Kind.CRASH);
    assertThat(TestTimes.Kind.of("a.FrameTest$Nested")).isEqualTo(TestTimes.Kind.UNIT);
    assertThat(TestTimes.Kind.of("a.Something")).isEqualTo(TestTimes.Kind.OTHER);
  }

  @Test
  void secondsAreSummedOverModulesAndOldReportsAreLeftOut() throws Exception {
    report("io", "a.OneTest", "1.5", BUILD_BEGAN);
    report("wal", "b.TwoTest", "2,001.25", BUILD_BEGAN.plusSeconds(60));
    report("wal", "b.ThreeSimTest", "4", BUILD_BEGAN.plusSeconds(61));
    report("wal", "b.DeletedTest", "99", BUILD_BEGAN.minusSeconds(60));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TestTimes.print(
        TestTimes.reports(root, BUILD_BEGAN), new PrintStream(bytes, true, StandardCharsets.UTF_8));
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .contains(
            "*Test                  2        6        2        0     2002.8",
            "*SimTest               1        3        1        0        4.0",
            "all                    3        9        3        0     2006.8");
  }

  private void report(String module, String className, String seconds, Instant written)
      throws Exception {
    Path folder = Files.createDirectories(root.resolve(module).resolve("target/surefire-reports"));
    Path file = folder.resolve("TEST-" + className + ".xml");
    Files.writeString(
        file,
        """
        <testsuite name="%s" time="%s" tests="3" errors="0" skipped="1" failures="0"/>
        """
            .formatted(className, seconds));
    Files.setLastModifiedTime(file, FileTime.from(written));
  }
}
