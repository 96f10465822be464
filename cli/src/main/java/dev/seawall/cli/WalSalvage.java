// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.inspect.Salvage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall wal salvage`.
@Command(
    name = "salvage",
    description = {
      "Copy what is intact of a damaged log into a new one, and write down what was lost.",
      "The damaged log is not changed. Records keep their order, bytes, timestamps and batches;"
          + " indexes of the new log are dense, and the manifest (its path is printed last) maps"
          + " them to the old ones. Status 0: nothing was lost. Status 7: something was; the"
          + " manifest says what."
    },
    footer = {
      "",
      "Examples:",
      "  seawall wal salvage ./log ./saved",
      "  seawall wal verify ./saved && seawall wal cat ./saved"
    })
final class WalSalvage implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The damaged log's directory.")
  private Path directory;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "Directory of the new log: missing, or empty.")
  private Path target;

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

  WalSalvage() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Session session = Session.of(spec);
    Salvage.Result result;
    try (OpenMachine machine = OpenMachine.open(logOptions.backend());
        Progress progress = Progress.start(session, "salvage", " B", 0)) {
      result =
          Salvage.run(
              directory,
              target,
              codecOptions.writing(logOptions.readOptions(), compression),
              machine.machine(),
              progress::ofTotal);
    }
    Output output = session.output();
    output.json(fields(result));
    for (Salvage.Kept kept : result.kept()) {
      output.text(
          "kept records "
              + kept.firstIndex()
              + " to "
              + kept.lastIndex()
              + ", now from "
              + kept.newFirstIndex()
              + " on");
    }
    for (Salvage.Lost lost : result.lost()) {
      output.text(
          "LOST "
              + (lost.firstIndex() == 0
                  ? "no known record"
                  : "records "
                      + lost.firstIndex()
                      + " to "
                      + (lost.lastIndex() == 0 ? "?" : Long.toString(lost.lastIndex())))
              + ", "
              + lost.file()
              + ", position "
              + lost.position()
              + ", "
              + lost.bytes()
              + " bytes: "
              + lost.why());
    }
    output.text(
        String.format(
            Locale.ROOT,
            "%,d records (%s) copied to %s; what became of which record:",
            result.records(),
            DemoReport.bytes(result.payloadBytes()),
            target));
    output.text(result.manifest().toString());
    return (result.lost().isEmpty() ? ExitCode.OK : ExitCode.DAMAGE).status();
  }

  private Map<String, Object> fields(Salvage.Result result) {
    List<Map<String, Object>> kept = new ArrayList<>();
    for (Salvage.Kept one : result.kept()) {
      kept.add(
          Map.of(
              "firstIndex",
              one.firstIndex(),
              "lastIndex",
              one.lastIndex(),
              "newFirstIndex",
              one.newFirstIndex()));
    }
    List<Map<String, Object>> lost = new ArrayList<>();
    for (Salvage.Lost one : result.lost()) {
      lost.add(
          Map.of(
              "firstIndex",
              one.firstIndex(),
              "lastIndex",
              one.lastIndex(),
              "file",
              one.file(),
              "position",
              one.position(),
              "bytes",
              one.bytes(),
              "why",
              one.why()));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("records", result.records());
    fields.put("payloadBytes", result.payloadBytes());
    fields.put("kept", kept);
    fields.put("lost", lost);
    fields.put("out", target.toString());
    fields.put("manifest", result.manifest().toString());
    return fields;
  }
}
