// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.ops.LocalFiles;
import dev.seawall.wal.AppendCallback;
import dev.seawall.wal.Durability;
import dev.seawall.wal.RecoveryReport;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WriteAheadLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall wal append`.
@Command(
    name = "append",
    description = {
      "Append each line of standard input, or of FILE, as a record; create the log if there is"
          + " none.",
      "Prints the index of each record when it is durable, one a line: an index that was printed"
          + " survives any crash."
    },
    footer = {
      "",
      "Examples:",
      "  printf 'a\\nb\\n' | seawall wal append ./log",
      "  seawall wal append ./log access.log --threads 8",
      "  seawall wal append ./log --durability batched -o segment-bytes=16MiB < access.log",
      "  seawall wal cat ./old --framed | seawall wal append ./new --framed    copy, bytes as they"
          + " are"
    })
final class WalAppend implements Callable<Integer> {
  /// How soon a record is durable, as users write it.
  enum Level {
    SYNCED,
    BATCHED,
    PERIODIC,
    BUFFERED
  }

  /// The levels' names.
  static final class Levels extends LowerCase<Level> {
    Levels() {
      super(Level.values());
    }
  }

  /// Hears of durable records from the log's thread; the printer finds out by itself.
  private static final AppendCallback UNHEARD =
      new AppendCallback() {
        @Override
        public void durable(long index) {}

        @Override
        public void failed(long index, WalException cause) {}
      };

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The log's directory.")
  private Path directory;

  @Parameters(
      index = "1",
      paramLabel = "FILE",
      arity = "0..1",
      description = "What to append; standard input when it is absent or -.")
  private @Nullable Path file;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Append from N threads. With one (the default) records are in the order of the input;"
              + " with more, their order is free.")
  private int threads = 1;

  @Option(
      names = "--durability",
      paramLabel = "LEVEL",
      completionCandidates = Levels.class,
      description =
          "How soon a record is durable: ${COMPLETION-CANDIDATES}. Default: synced, at once."
              + " Whatever the level, an index is printed when the record is durable, and at the"
              + " end all are.")
  private @Nullable Level level;

  @Option(
      names = "--framed",
      description =
          "The input is frames: length as 4 bytes, little-endian, then that many bytes. For"
              + " payloads that hold newlines.")
  private boolean framed;

  @Option(
      names = "--compress",
      paramLabel = "HOW",
      completionCandidates = CodecOptions.Compressions.class,
      defaultValue = "none",
      description =
          "How records of 128 bytes and more are compressed, if that makes them smaller:"
              + " ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}. Earlier records stay as they"
              + " are.")
  private CodecOptions.Compression compression = CodecOptions.Compression.NONE;

  @Mixin private CodecOptions codecOptions;
  @Mixin private LogOptions logOptions;

  WalAppend() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Session session = Session.of(spec);
    if (threads < 1 || threads > 1024) {
      throw new CommandFailure(
          ExitCode.USAGE, "--threads " + threads + ": expected a number from 1 to 1024");
    }
    WalOptions options =
        codecOptions.writing(
            logOptions.walOptions(level == null ? Map.of() : Map.of("durability", level.name())),
            compression);
    boolean fromFile = file != null && !file.toString().equals("-");
    try (InputStream in = fromFile ? openFile(file) : session.in();
        WriteAheadLog log = WriteAheadLog.open(directory, options, logOptions.backend())) {
      tellRecovery(session, log.recovery());
      IndexPrinter printer = IndexPrinter.start(log, session.output());
      try (var _ = session.onInterrupt(() -> closeAtOnce(log, printer))) {
        RecordInput records =
            new RecordInput(
                in,
                fromFile ? String.valueOf(file) : "standard input",
                framed,
                options.maxRecordBytes());
        appendAll(log, records, printer, options.durability());
      }
    }
    return ExitCode.OK.status();
  }

  private static InputStream openFile(@Nullable Path file) {
    Path path = java.util.Objects.requireNonNull(file);
    try {
      return LocalFiles.open(path);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "read " + path + ": cannot be opened (" + e + "); name a readable file",
          e);
    }
  }

  private void appendAll(
      WriteAheadLog log, RecordInput records, IndexPrinter printer, Durability durability)
      throws IOException, InterruptedException {
    try {
      if (threads == 1) {
        appendInOrder(log, records, printer, durability);
      } else {
        new ParallelAppend(log, durability, threads).run(records, printer);
      }
      log.sync();
    } catch (CommandFailure e) {
      // A fault of the input: what came before it is kept.
      log.sync();
      throw e;
    } finally {
      printer.finish();
    }
    printer.checkLast();
  }

  /// One thread keeps the pipeline full: it hands over records without waiting for their sync.
  private static void appendInOrder(
      WriteAheadLog log, RecordInput records, IndexPrinter printer, Durability durability)
      throws IOException, InterruptedException {
    boolean synced = durability instanceof Durability.Synced;
    for (byte[] record = records.next(); record != null; record = records.next()) {
      if (synced) {
        log.append(record, durability, UNHEARD);
      } else {
        log.append(record, durability);
      }
      printer.check();
    }
  }

  /// Ctrl-C: what was taken from the input becomes durable and is printed.
  private static void closeAtOnce(WriteAheadLog log, IndexPrinter printer) {
    try {
      log.sync();
      printer.finish();
      log.close();
    } catch (WalException | RuntimeException _) {
      // The process is ending; recovery decides what is there.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  static void tellRecovery(Session session, RecoveryReport report) {
    if (report.verdict() == RecoveryReport.Verdict.TORN) {
      session.note(
          "recovery cut "
              + report.tornBytes()
              + " bytes behind record "
              + report.lastIndex()
              + " that were never acknowledged ("
              + report.droppedFrames()
              + " whole records among them)");
    }
    for (String range : report.damagedRanges()) {
      session.note("damage: " + range + "; run `seawall wal verify DIR`");
    }
  }
}
