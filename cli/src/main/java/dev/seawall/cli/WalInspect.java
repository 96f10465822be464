// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.ReadOnlyLog;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.inspect.FrameView;
import dev.seawall.wal.inspect.FrameWalk;
import dev.seawall.wal.inspect.LogInspector;
import dev.seawall.wal.inspect.SegmentView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall wal inspect`.
@Command(
    name = "inspect",
    description = {
      "Show a log's files as they are, damaged or not: segments, their headers and seals, the"
          + " promise (all bytes before it were synced), the durable end; with --frames every"
          + " frame.",
      "Takes no lock and changes no byte. It shows and does not judge: `seawall wal verify` does."
    },
    footer = {
      "",
      "Examples:",
      "  seawall wal inspect ./log",
      "  seawall wal inspect ./log --segment 3             all about one segment",
      "  seawall wal inspect ./log --segment 3 --frames    and its frames"
    })
final class WalInspect implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The log's directory.")
  private Path directory;

  @Option(names = "--frames", description = "Also list every frame, with its position in the file.")
  private boolean frames;

  @Option(
      names = "--segment",
      paramLabel = "N",
      description = "Only the segment with this number, in detail.")
  private @Nullable Long segmentNumber;

  @Mixin private LogOptions logOptions;

  WalInspect() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Output output = Session.of(spec).output();
    WalOptions options = logOptions.readOptions();
    try (OpenMachine machine = OpenMachine.open(logOptions.backend());
        LogInspector inspector = LogInspector.open(directory, options, machine.machine());
        ReadOnlyLog log = ReadOnlyLog.open(directory, options, machine.machine())) {
      List<SegmentView> shown = inspector.segments().stream().filter(this::isWanted).toList();
      if (shown.isEmpty() && segmentNumber != null) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "inspect "
                + directory
                + ": no segment "
                + segmentNumber
                + "; there are "
                + inspector.segments().stream().map(SegmentView::number).toList());
      }
      SegmentTable table = new SegmentTable(output);
      if (segmentNumber == null) {
        table.head(
            log.firstIndex(),
            log.lastIndex(Visibility.DURABLE),
            log.lastIndex(Visibility.WRITTEN),
            inspector.segments(),
            log.damage().map(Throwable::getMessage).orElse(null),
            machine.machine().files().report());
      }
      for (SegmentView segment : shown) {
        table.segment(segment, segmentNumber != null);
        if (frames) {
          table.frameTitle();
          list(output, table, inspector, segment);
        }
      }
    }
    return ExitCode.OK.status();
  }

  private boolean isWanted(SegmentView segment) {
    return segmentNumber == null || segment.number() == segmentNumber;
  }

  private static void list(
      Output output, SegmentTable table, LogInspector inspector, SegmentView segment)
      throws IOException, InterruptedException {
    try (FrameWalk walk = inspector.frames(segment)) {
      while (walk.next()) {
        FrameView frame = walk.frame();
        table.frame(segment, frame);
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted");
        }
      }
    }
    output.flush();
  }
}
