// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Starts the JVM of one measurement and reads its line.
final class Fork {
  /// What every measuring JVM gets, whichever the peer: Chronicle needs the doors, nobody is slowed
  /// by them.
  private static final List<String> DOORS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
          "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
          "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "-Dchronicle.analytics.disable=true",
          "-Dchronicle.announcer.disable=true",
          "-Dchronicle.disk.monitor.disable=true");

  private final Options options;
  private final Path home;

  /// @param home the bench folder
  Fork(Options options, Path home) {
    this.options = options;
    this.home = home;
  }

  /// Returns the flags that decide how fast a peer is.
  List<String> flags() {
    return flags(options.heap);
  }

  private List<String> flags(String heap) {
    List<String> flags =
        new ArrayList<>(
            List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch", "-XX:+UseG1GC"));
    flags.addAll(options.jvm);
    return flags;
  }

  /// Runs one measurement to its end.
  Outcome run(Plan plan) throws IOException, InterruptedException {
    return run(plan, options.heap);
  }

  /// Runs one with a heap of its own size.
  Outcome run(Plan plan, String heap) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags(heap));
    command.addAll(DOORS);
    command.add("-Djava.library.path=" + home.resolve("peers/target/native"));
    command.add("-cp");
    command.add(classPath(plan.peer()));
    command.add(Measure.class.getName());
    command.addAll(plan.words());
    Path log = plan.directory().resolveSibling(plan.directory().getFileName() + ".log");
    Files.deleteIfExists(log);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    Thread killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    long limitSeconds = (options.quick ? 60 : 300) + (long) (5 * plan.seconds());
    boolean ended = process.waitFor(limitSeconds, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    Runtime.getRuntime().removeShutdownHook(killer);
    String output = Files.readString(log);
    if (!ended) {
      return new Outcome(
          Outcome.Kind.FAILED, "no end within " + limitSeconds + " s, killed\n" + output, Map.of());
    }
    String detail = "";
    for (String line : output.lines().toList()) {
      if (line.startsWith("DETAIL ")) {
        detail = line.substring(7);
      }
      if (line.equals("RESULT") || line.startsWith("RESULT ")) {
        return new Outcome(Outcome.Kind.MEASURED, detail, metrics(line));
      }
      if (line.startsWith("SKIP ")) {
        return new Outcome(Outcome.Kind.SKIPPED, line.substring(5), Map.of());
      }
      if (line.startsWith("WRONG ")) {
        return new Outcome(Outcome.Kind.WRONG, line.substring(6), Map.of());
      }
    }
    return new Outcome(
        Outcome.Kind.FAILED, "exit code " + process.exitValue() + "\n" + output, Map.of());
  }

  /// A peer with libraries of its own sees those only.
  private String classPath(Peers peer) {
    if (peer.module().isEmpty()) {
      return System.getProperty("java.class.path");
    }
    Path target = home.resolve("peers").resolve(peer.module()).resolve("target");
    return target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*";
  }

  private static Map<String, Double> metrics(String line) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (String word : line.substring("RESULT".length()).trim().split(" ", -1)) {
      if (word.isEmpty()) {
        continue;
      }
      int equals = word.indexOf('=');
      metrics.put(word.substring(0, equals), Double.valueOf(word.substring(equals + 1)));
    }
    return metrics;
  }

  /// How a measurement ended.
  ///
  /// @param kind how
  /// @param message why; what the log says about how it works when it was measured
  /// @param metrics what was measured
  record Outcome(Kind kind, String message, Map<String, Double> metrics) {
    /// How.
    enum Kind {
      MEASURED,
      SKIPPED,
      WRONG,
      FAILED
    }
  }
}
