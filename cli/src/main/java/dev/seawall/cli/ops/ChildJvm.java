// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.ops;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts this program's classes in a process of their own, so that it can be killed.
public final class ChildJvm {
  private ChildJvm() {}

  /// Returns the class path of this process.
  public static String classPath() {
    return System.getProperty("java.class.path");
  }

  /// Starts a main class with the Java of this process. Its standard output is a pipe, its standard
  /// error goes to a file. What libraries unpack lies beside that file: who is killed does not tidy
  /// up, and the folder's owner does.
  public static Process start(
      String classPath, Class<?> mainClass, List<String> arguments, Path errors)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It lives for a second: start fast.
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Xmx160m",
            "-Djava.io.tmpdir=" + errors.toAbsolutePath().getParent()));
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
        .redirectInput(ProcessBuilder.Redirect.from(new File(nullDevice())))
        .start();
  }

  private static String nullDevice() {
    return File.separatorChar == '\\' ? "NUL" : "/dev/null";
  }
}
