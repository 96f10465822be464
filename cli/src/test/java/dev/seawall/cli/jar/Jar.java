// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.jar;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The packaged command, run as users run it: `java -jar`.
final class Jar {
  private Jar() {}

  static Path path() {
    String path = System.getProperty("seawall.jar");
    // With -Dtest=… Maven runs these twice, and the first time nothing is packaged yet.
    assumeTrue(path != null, "run by Maven after the jar is packaged: ./mvnw verify");
    return Path.of(path);
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static List<String> command(Object... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-jar",
                path().toString()));
    for (Object argument : arguments) {
      command.add(String.valueOf(argument));
    }
    return command;
  }

  static Process start(Path errors, Object... arguments) throws IOException {
    return new ProcessBuilder(command(arguments)).redirectError(errors.toFile()).start();
  }
}
