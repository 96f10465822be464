// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `seawall version`.
@Command(
    name = "version",
    description = "Print the version; with --verbose also what it runs on.",
    footer = {
      "",
      "Examples:",
      "  seawall version",
      "  seawall version --verbose    Java, its flags and their profile, the I/O backend"
    })
final class Version implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      description = "Also print the Java runtime, its flags and the I/O backend of this machine.")
  private boolean verbose;

  Version() {}

  @Override
  public Integer call() throws IOException {
    Output output = Session.of(spec).output();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("version", number());
    if (verbose) {
      facts.put("java", Runtime.version() + " " + System.getProperty("java.home"));
      facts.put("vm", System.getProperty("java.vm.name"));
      facts.put("flags", System.getProperty("seawall.flags", "none (not started by ./seawall)"));
      facts.put(
          "system",
          System.getProperty("os.name")
              + " "
              + System.getProperty("os.version")
              + " "
              + System.getProperty("os.arch")
              + ", "
              + Runtime.getRuntime().availableProcessors()
              + " processors");
      facts.put("backend", backend());
    }
    output.json(facts);
    output.text("seawall " + number());
    for (Map.Entry<String, Object> fact : facts.entrySet()) {
      if (!fact.getKey().equals("version")) {
        output.text(String.format("%-8s %s", fact.getKey(), fact.getValue()));
      }
    }
    return ExitCode.OK.status();
  }

  private static String backend() {
    try {
      Machine machine = SystemMachine.open(Backend.AUTO);
      try {
        return machine.files().backend();
      } finally {
        machine.scheduler().close();
      }
    } catch (StorageException e) {
      return "none: " + e.getMessage();
    }
  }

  private static String number() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  /// `seawall --version`.
  static final class Provider implements IVersionProvider {
    Provider() {}

    @Override
    public String[] getVersion() {
      return new String[] {"seawall " + number()};
    }
  }
}
