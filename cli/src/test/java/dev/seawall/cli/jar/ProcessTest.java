// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The packaged jar as a process: pipes, signals, and the demo.
@DisabledOnOs(OS.WINDOWS)
final class ProcessTest {
  private static final int SIGINT = 2;

  @TempDir private Path home;

  @Test
  void aReaderThatGoesAwayIsNoStackTrace() throws Exception {
    Path input = home.resolve("in");
    Files.writeString(input, "some line of input\n".repeat(200_000));
    Path log = home.resolve("log");
    assertThat(shell(command("wal", "append", log, input) + " >/dev/null")).isEmpty();
    String text = shell(command("wal", "cat", log) + " | head -n 2");
    assertThat(text).isEqualTo("some line of input\nsome line of input\n");
    String help = shell(command("wal", "--help") + " | head -n 1");
    assertThat(help).startsWith("Usage: seawall wal").hasLineCount(1);
  }

  /// A shell makes what it starts in the background ignore SIGINT, and so do all children of that.
  private static boolean interruptible() throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return true;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).trim())
            .findFirst()
            .orElse("0");
    return (Long.parseUnsignedLong(ignored, 16) & 1L << (SIGINT - 1)) == 0;
  }

  /// What was taken from the input is durable and printed; then 130.
  @Test
  void ctrlCEndsAppendWith130() throws Exception {
    assumeTrue(interruptible(), "started in the background: this shell's children ignore Ctrl-C");
    Path errors = home.resolve("errors");
    Process process = Jar.start(errors, "wal", "append", home.resolve("log"));
    try (OutputStream in = process.getOutputStream();
        BufferedReader out = process.inputReader()) {
      in.write("a\nb\n".getBytes(StandardCharsets.UTF_8));
      in.flush();
      assertThat(out.readLine()).isEqualTo("1");
      assertThat(out.readLine()).isEqualTo("2");
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.exitValue()).isEqualTo(130);
    assertThat(errors).isEmptyFile();
  }

  @Test
  void theDemoProvesWhatItClaims() throws Exception {
    Path source = Files.createDirectories(home.resolve("source"));
    Files.writeString(source.resolve("one"), "1".repeat(10_000));
    Files.writeString(source.resolve("empty"), "");
    String json =
        shell(
            command(
                "demo",
                "--seconds",
                2,
                "--threads",
                3,
                "--json",
                "--source",
                source,
                "--dir",
                home.resolve("d")));
    assertThat(json)
        .contains("\"holds\":true", "\"files\":2", "\"filesEqual\":2", "\"complaints\":[]")
        .contains("onePerSecond", "manyRatio")
        .contains("\"act\":\"sqlite\",\"holds\":true");
    assertThat(home.resolve("d/sqlite/restored-at-the-end.db")).isRegularFile();
    assertThat(home.resolve("d/log")).isDirectory();
    assertThat(Files.readString(home.resolve("d/copy/one"))).isEqualTo("1".repeat(10_000));
  }

  private static String command(Object... arguments) {
    List<String> words = new ArrayList<>();
    for (String word : Jar.command(arguments)) {
      words.add("'" + word + "'");
    }
    return String.join(" ", words);
  }

  /// Returns standard output and standard error together.
  private static String shell(String script) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }
}
