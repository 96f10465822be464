// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Runs a main class of these tests, or of another module's, in a process of its own.
public final class ChildJvm {
  private ChildJvm() {}

  /// Starts it; its two outputs are one.
  ///
  /// @param shell a shell command to run first in the same process, for example `ulimit -f 8`; may
  ///   be empty
  static Process start(String shell, List<String> flags, Class<?> main, String... arguments)
      throws IOException {
    return start(shell, flags, List.of(), main, arguments);
  }

  private static Process start(
      String shell, List<String> flags, List<Class<?>> beside, Class<?> main, String... arguments)
      throws IOException {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-ea"));
    java.addAll(flags);
    java.addAll(List.of("-cp", classPath(beside, main)));
    java.add(main.getName());
    java.addAll(List.of(arguments));
    if (!shell.isEmpty()) {
      java.addAll(0, List.of("sh", "-c", shell + "; exec \"$@\"", "sh"));
    }
    return new ProcessBuilder(java).redirectErrorStream(true).start();
  }

  /// Runs it to its end and returns what it printed, the exit code last.
  static String run(String shell, List<String> flags, Class<?> main, String... arguments)
      throws Exception {
    return run(shell, flags, List.of(), main, arguments);
  }

  /// The same with the modules of some classes beside.
  public static String run(
      String shell, List<String> flags, List<Class<?>> beside, Class<?> main, String... arguments)
      throws Exception {
    Process child = start(shell, flags, beside, main, arguments);
    child.getOutputStream().close();
    String text = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return text + "exit " + child.waitFor();
  }

  /// Returns the class path of a child.
  public static String classPath(List<Class<?>> beside, Class<?> main) {
    return Stream.concat(Stream.of(SystemMachine.class, ChildJvm.class, main), beside.stream())
        .map(ChildJvm::folder)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String folder(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return Path.of(java.net.URI.create(source.getLocation().toString())).toString();
  }
}
