// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.jar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What `./seawall` makes its archive of classes from.
@DisabledOnOs(OS.WINDOWS)
final class RehearsalTest {
  @TempDir private Path home;

  @Test
  void itLoadsWhatRestoresFromDirectoriesAndBucketsNeed() throws Exception {
    Path classes = home.resolve("classes");
    Path work = Files.createDirectories(home.resolve("work"));
    Process process =
        new ProcessBuilder(
                List.of(
                    Jar.java(),
                    "-XX:DumpLoadedClassList=" + classes,
                    "-cp",
                    Jar.path().toString(),
                    "dev.seawall.cli.Rehearsal",
                    work.toString()))
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(home.resolve("log"))).isZero();
    assertThat(Files.readString(classes))
        .contains("org/sqlite/JDBC", "dev/seawall/ltx/LtxDecoder")
        .contains("software/amazon/awssdk/services/s3/model/GetObjectResponse")
        // What ./seawall leaves out by name.
        .contains("\ndev/seawall/cli/DurationOption ", "\ndev/seawall/cli/Version$Provider ");
    assertThat(work.resolve("copy.db")).hasSameBinaryContentAs(work.resolve("other.db"));
  }
}
