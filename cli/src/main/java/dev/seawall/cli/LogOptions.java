// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.Backend;
import dev.seawall.wal.WalOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/// Options of every verb that opens a log.
final class LogOptions {
  @Option(
      names = {"-o", "--option"},
      paramLabel = "KEY=VALUE",
      description =
          "Set an option of the log, for example -o segment-bytes=16MiB; docs/cli.md lists the keys."
              + " May be repeated.")
  private Map<String, String> values = new LinkedHashMap<>();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "How files are written: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}, the best that"
              + " works here.",
      defaultValue = "auto",
      completionCandidates = Backends.class)
  private Backend backend = Backend.AUTO;

  LogOptions() {}

  Backend backend() {
    return backend;
  }

  /// Returns the log's options; `more` wins over what `-o` says.
  WalOptions walOptions(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(values);
    all.putAll(more);
    try {
      return WalOptions.from(all);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, "options of the log: " + e.getMessage(), e);
    }
  }

  /// Returns the options of a verb that only reads.
  WalOptions readOptions() {
    return walOptions(Map.of());
  }

  /// The names of backends, as users write them.
  static final class Backends extends LowerCase<Backend> {
    Backends() {
      super(Backend.values());
    }
  }
}
