// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Entry point of the `seawall` command.
@Command(
    name = "seawall",
    description = "A durable write-ahead log for the JVM.",
    mixinStandardHelpOptions = true,
    subcommands = Main.Version.class)
public final class Main {
  /// Runs the command and ends the process with its exit status.
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  /// `seawall version`.
  @Command(name = "version", description = "Print the version.", mixinStandardHelpOptions = true)
  static final class Version implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--verbose", description = "Also print the Java runtime and its flags.")
    private boolean verbose;

    Version() {}

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      String version = Main.class.getPackage().getImplementationVersion();
      out.println("seawall " + (version == null ? "(unpackaged)" : version));
      if (verbose) {
        out.println("java " + Runtime.version() + " " + System.getProperty("java.home"));
        out.println("flags " + System.getProperty("seawall.flags", "none"));
      }
      out.flush();
      return 0;
    }
  }
}
