// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program that replicates databases, run as users run it.
enum Tool {
  SEAWALL,
  LITESTREAM,
  /// Nobody watches: what the application does by itself.
  NONE;

  /// Where the programs are.
  ///
  /// @param seawall the launcher of the source tree
  /// @param litestream the binary of 0.3.13
  record Programs(Path seawall, Path litestream) {}

  /// Starts to watch; standard error goes to `log`.
  Process watch(
      Programs programs,
      Store store,
      String prefix,
      List<Application> applications,
      List<String> flags,
      Path home)
      throws IOException {
    List<String> command = new ArrayList<>();
    switch (this) {
      case SEAWALL -> {
        command.addAll(List.of(programs.seawall.toString(), "watch", "-b", store.where(prefix)));
        command.addAll(flags);
        applications.forEach(each -> command.add(each.name() + "=" + each.path()));
      }
      case LITESTREAM -> {
        StringBuilder text = new StringBuilder("dbs:\n");
        for (Application each : applications) {
          text.append("  - path: ").append(each.path()).append("\n    replicas:\n");
          text.append(store.litestream(prefix, each.name()));
        }
        Files.writeString(home.resolve("litestream.yml"), text);
        command.addAll(
            List.of(
                programs.litestream.toString(),
                "replicate",
                "-config",
                home.resolve("litestream.yml").toString()));
      }
      case NONE -> command.addAll(List.of("sleep", "100000"));
    }
    return process(store, command, home).start();
  }

  /// Restores one database and returns how long the command took, in nanoseconds.
  long restore(
      Programs programs,
      Store store,
      String prefix,
      Application application,
      Path output,
      List<String> flags,
      Path home)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (this == SEAWALL) {
      command.addAll(
          List.of(
              programs.seawall.toString(),
              "restore",
              application.name(),
              "-b",
              store.where(prefix),
              "-o",
              output.toString()));
      command.addAll(flags);
    } else {
      command.addAll(
          List.of(
              programs.litestream.toString(),
              "restore",
              "-config",
              home.resolve("litestream.yml").toString(),
              "-o",
              output.toString(),
              application.path().toString()));
    }
    long start = System.nanoTime();
    Process process = process(store, command, home).start();
    if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(
          "restore failed: " + command + ": " + Files.readString(home.resolve("tool.log")));
    }
    return System.nanoTime() - start;
  }

  private static ProcessBuilder process(Store store, List<String> command, Path home) {
    Path log = home.resolve("tool.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("SEAWALL_NO_BUILD", "1");
    builder.environment().putAll(store.environment());
    return builder;
  }
}
