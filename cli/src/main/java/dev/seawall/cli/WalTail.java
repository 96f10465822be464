// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.CorruptException;
import dev.seawall.wal.ReadOnlyLog;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall wal tail`.
@Command(
    name = "tail",
    description = {
      "Print the last records, and with -f those that a writer appends, until Ctrl-C.",
      "Takes no lock and changes no byte."
    },
    footer = {
      "",
      "Examples:",
      "  seawall wal tail ./log -n 3",
      "  seawall wal tail ./log -f              also what is written and not yet promised",
      "  seawall wal tail ./log -f --durable    each record once nothing can take it away"
    })
final class WalTail implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The log's directory.")
  private Path directory;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "10",
      description = "How many of the last records. Default: ${DEFAULT-VALUE}.")
  private long lines;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what is appended.")
  private boolean follow;

  @Mixin private RecordPrinter printer;
  @Mixin private CodecOptions codecOptions;
  @Mixin private LogOptions logOptions;

  WalTail() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (lines < 0) {
      throw new CommandFailure(ExitCode.USAGE, "-n " + lines + ": expected 0 or more");
    }
    Output output = Session.of(spec).output();
    Visibility visibility = printer.visibility();
    try (OpenMachine machine = OpenMachine.open(logOptions.backend());
        ReadOnlyLog log =
            ReadOnlyLog.open(
                directory, codecOptions.reading(logOptions.readOptions()), machine.machine())) {
      long last = log.lastIndex(visibility);
      long from = Math.max(log.firstIndex(), last - Math.min(lines, last) + 1);
      try (WalReader reader = log.reader(from, visibility)) {
        while (reader.nextIndex() <= last && reader.next()) {
          printer.print(output, reader);
        }
        output.flush();
        if (follow) {
          follow(output, reader);
        }
      }
      Optional<CorruptException> damage = log.damage();
      if (damage.isPresent()) {
        throw damage.get();
      }
    }
    return ExitCode.OK.status();
  }

  /// Ends by Ctrl-C, or when nobody reads any more.
  private void follow(Output output, WalReader reader) throws IOException, InterruptedException {
    while (true) {
      if (reader.next(PATIENCE)) {
        do {
          printer.print(output, reader);
        } while (reader.next());
        output.flush();
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted");
      }
    }
  }
}
