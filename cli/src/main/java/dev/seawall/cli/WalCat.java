// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.CorruptException;
import dev.seawall.wal.ReadOnlyLog;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall wal cat`.
@Command(
    name = "cat",
    description = {
      "Print records as they went in, each followed by a newline.",
      "Takes no lock and changes no byte: works beside a running writer. Damage ends it with status"
          + " 9, after the records in front of it."
    },
    footer = {
      "",
      "Examples:",
      "  seawall wal cat ./log",
      "  seawall wal cat ./log --from 10 --to 20",
      "  seawall wal cat ./log --since 2026-11-21T09:00:00Z --json",
      "  seawall wal cat ./log --durable --framed > copy"
    })
final class WalCat implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The log's directory.")
  private Path directory;

  @Option(
      names = "--from",
      paramLabel = "I",
      description = "First record to print. Default: the first one kept.")
  private @Nullable Long from;

  @Option(
      names = "--to",
      paramLabel = "I",
      description = "Last record to print. Default: the last one there is when the verb starts.")
  private @Nullable Long to;

  @Option(
      names = "--since",
      paramLabel = "T",
      description =
          "Start at the first record with a timestamp of at least T: an instant such as"
              + " 2026-11-21T09:00:00Z, or milliseconds since 1970. Not together with --from.")
  private @Nullable String since;

  @Mixin private RecordPrinter printer;
  @Mixin private CodecOptions codecOptions;
  @Mixin private LogOptions logOptions;

  WalCat() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (from != null && since != null) {
      throw new CommandFailure(
          ExitCode.USAGE, "--from and --since both say where to start; use one");
    }
    Long sinceMillis = since == null ? null : millis(since);
    Output output = Session.of(spec).output();
    Visibility visibility = printer.visibility();
    try (OpenMachine machine = OpenMachine.open(logOptions.backend());
        ReadOnlyLog log =
            ReadOnlyLog.open(
                directory, codecOptions.reading(logOptions.readOptions()), machine.machine())) {
      long last = log.lastIndex(visibility);
      long first = from == null ? log.firstIndex() : from;
      try (WalReader reader = log.reader(first, visibility)) {
        if (sinceMillis != null) {
          reader.seekTime(sinceMillis);
        }
        long end = to == null ? last : Math.min(to, last);
        while (reader.nextIndex() <= end && reader.next()) {
          printer.print(output, reader);
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
        }
      }
      Optional<CorruptException> damage = log.damage();
      if (damage.isPresent() && (to == null || to > last)) {
        throw damage.get();
      }
    }
    return ExitCode.OK.status();
  }

  private static long millis(String text) {
    try {
      return text.matches("-?\\d+") ? Long.parseLong(text) : Instant.parse(text).toEpochMilli();
    } catch (DateTimeParseException | NumberFormatException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--since "
              + text
              + ": expected an instant such as 2026-11-21T09:00:00Z, or milliseconds since 1970",
          e);
    }
  }
}
