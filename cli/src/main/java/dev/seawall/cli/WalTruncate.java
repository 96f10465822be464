// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WriteAheadLog;
import dev.seawall.wal.inspect.LogInspector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall wal truncate`.
@Command(
    name = "truncate",
    description = {
      "Drop the oldest or the newest records. Durable when it returns, and not to be undone.",
      "Asks first on a terminal; without one it wants --yes."
    },
    footer = {
      "",
      "Examples:",
      "  seawall wal truncate ./log --prefix 1000         the first record kept is 1000",
      "  seawall wal truncate ./log --suffix 5000 --yes   the last record kept is 5000"
    })
final class WalTruncate implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The log's directory.")
  private Path directory;

  @ArgGroup(exclusive = true, multiplicity = "1")
  @SuppressWarnings("NullAway.Init")
  private End end;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Mixin private CodecOptions codecOptions;
  @Mixin private LogOptions logOptions;

  WalTruncate() {}

  /// Which end of the log.
  static final class End {
    @Option(
        names = "--prefix",
        paramLabel = "I",
        description = "Drop the records below I: the first one kept is I.")
    private @Nullable Long firstIndexKept;

    @Option(
        names = "--suffix",
        paramLabel = "I",
        description = "Drop the records above I: the last one kept is I.")
    private @Nullable Long lastIndexKept;

    End() {}
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Session session = Session.of(spec);
    WalOptions options = codecOptions.reading(logOptions.walOptions(Map.of()));
    // Opening for writing would create a log where there is none.
    LogInspector.open(directory, options).close();
    try (WriteAheadLog log = WriteAheadLog.open(directory, options, logOptions.backend())) {
      WalAppend.tellRecovery(session, log.recovery());
      long first = log.firstIndex();
      long last = log.lastIndex();
      if (!yes) {
        ask(session, first, last);
      }
      try {
        if (end.firstIndexKept != null) {
          log.truncatePrefix(end.firstIndexKept);
        } else if (end.lastIndexKept != null) {
          log.truncateSuffix(end.lastIndexKept);
        }
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "truncate " + directory + ", records " + first + " to " + last + ": " + e.getMessage(),
            e);
      }
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("firstIndexBefore", first);
      fields.put("lastIndexBefore", last);
      fields.put("firstIndex", log.firstIndex());
      fields.put("lastIndex", log.lastIndex());
      Output output = session.output();
      output.json(fields);
      output.text(
          "records "
              + first
              + " to "
              + last
              + " before, "
              + log.firstIndex()
              + " to "
              + log.lastIndex()
              + " now");
    }
    return ExitCode.OK.status();
  }

  private void ask(Session session, long first, long last) throws IOException {
    String what =
        end.firstIndexKept != null ? "below " + end.firstIndexKept : "above " + end.lastIndexKept;
    if (!session.canAsk()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "truncate "
              + directory
              + ": drops records "
              + what
              + " of "
              + first
              + " to "
              + last
              + " for good, and there is no terminal to ask on; add --yes");
    }
    session.err().print("Drop the records " + what + " of " + first + " to " + last + "? [y/N] ");
    session.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(session.in(), StandardCharsets.UTF_8)).readLine();
    if (answer == null
        || !(answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"))) {
      throw new CommandFailure(ExitCode.GENERAL, "nothing was dropped");
    }
  }
}
