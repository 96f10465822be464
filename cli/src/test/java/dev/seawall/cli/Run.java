// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.config.Environment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// One run of the real `Main` in this process, and what came of it.
record Run(int status, String out, String err) {
  static Run of(Object... arguments) {
    return with("", arguments);
  }

  static Run with(String input, Object... arguments) {
    return with(input.getBytes(StandardCharsets.UTF_8), arguments);
  }

  static Run with(byte[] input, Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Run run = with(new ByteArrayInputStream(input), out, arguments);
    return new Run(run.status, out.toString(StandardCharsets.ISO_8859_1), run.err);
  }

  static Run with(InputStream input, java.io.OutputStream out, Object... arguments) {
    return with(Map.of(), input, out, arguments);
  }

  /// With those environment variables.
  static Run in(Map<String, String> environment, Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Run run = with(environment, InputStream.nullInputStream(), out, arguments);
    return new Run(run.status, out.toString(StandardCharsets.UTF_8), run.err);
  }

  private static Run with(
      Map<String, String> environment,
      InputStream input,
      java.io.OutputStream out,
      Object... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Session session =
        new Session(
            input,
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            Environment.of(environment));
    int status =
        Main.run(session, Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
    return new Run(status, "", err.toString(StandardCharsets.UTF_8));
  }

  List<String> lines() {
    return out.lines().toList();
  }
}
