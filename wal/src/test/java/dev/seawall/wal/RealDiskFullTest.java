// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A file system that is really full, and a limit on the length of files: I-5, I-12. On Linux, in a
/// child process, on every way to the disk; skipped where the operating system does not let us make
/// such a place.
class RealDiskFullTest {
  private record Said(int exit, String text) {}

  private static Said run(List<String> command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (java.io.IOException e) {
      return new Said(-1, e.toString());
    }
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return new Said(process.exitValue(), text);
  }

  private static String java(String arguments) {
    return "'"
        + ProcessHandle.current().info().command().orElse("java")
        + "' -ea --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp '"
        + System.getProperty("java.class.path")
        + "' "
        + FullDiskChild.class.getName()
        + " "
        + arguments;
  }

  @ParameterizedTest
  @EnumSource
  void aFullTmpfsRefusesWithATypeAndGoesOnWhenThereIsRoom(RealWay way, @TempDir Path temp)
      throws Exception {
    way.assumeThatItWorks();
    String mount = "mount -t tmpfs -o size=24m seawall '" + temp + "'";
    Said possible = run(List.of("unshare", "-Urm", "sh", "-c", mount));
    Assumptions.assumeTrue(
        possible.exit == 0,
        "no user namespace with a tmpfs here, so no real full disk: " + possible.text);
    Said said =
        run(
            List.of(
                "unshare",
                "-Urm",
                "sh",
                "-c",
                mount + " && " + java("'" + temp + "' ballast " + way)));
    assertThat(said.exit).as(said.text).isZero();
    assertThat(said.text)
        .contains("refused: NOT_APPENDED: ")
        .contains("pin 'slow'", "Free space, or truncate the log")
        .contains("reopened on the full disk at", "verdict CLEAN", "went on to", "whole at")
        .doesNotContain("Exception");
  }

  /// Segments double up to 2 MiB: with a limit of 1.5 MiB a file the second one cannot be prepared.
  @ParameterizedTest
  @EnumSource
  void aLimitOnTheLengthOfFilesIsRefusedWithAType(RealWay way, @TempDir Path temp)
      throws Exception {
    way.assumeThatItWorks();
    Said possible = run(List.of("bash", "-c", "ulimit -f 1536 && ulimit -f"));
    Assumptions.assumeTrue(
        possible.exit == 0 && possible.text.strip().equals("1536"),
        "no bash with ulimit -f here: " + possible.text);
    Said said =
        run(List.of("bash", "-c", "ulimit -f 1536 && " + java("'" + temp + "' limit " + way)));
    assertThat(said.exit).as(said.text).isZero();
    assertThat(said.text)
        .contains("refused: NOT_APPENDED: ", "ulimit -f", "whole at")
        .contains("by " + way.statistics() + "\n")
        .doesNotContain("SIGXFSZ", "core dumped");
  }
}
