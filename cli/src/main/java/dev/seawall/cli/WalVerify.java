// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.inspect.Verification;
import dev.seawall.wal.inspect.Verification.Finding;
import dev.seawall.wal.inspect.Verification.Severity;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall wal verify`.
@Command(
    name = "verify",
    description = {
      "Read every byte of a log and say what is wrong with it.",
      "Takes no lock and changes no byte. Status 0: whole, perhaps with a torn end that the next"
          + " open cuts (it says how much). Status 9: what was durable is damaged. Status 2: there"
          + " is no log, or none with a record in it."
    },
    footer = {
      "",
      "Examples:",
      "  seawall wal verify ./log",
      "  seawall wal verify ./log --json | jq .findings",
      "  seawall wal verify ./log || seawall wal salvage ./log ./saved"
    })
final class WalVerify implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The log's directory.")
  private Path directory;

  @Mixin private CodecOptions codecOptions;
  @Mixin private LogOptions logOptions;

  WalVerify() {}

  @Override
  public Integer call() throws IOException {
    Session session = Session.of(spec);
    Verification.Result result;
    try (OpenMachine machine = OpenMachine.open(logOptions.backend());
        Progress progress = Progress.start(session, "verify", " B", 0)) {
      result =
          Verification.run(
              directory,
              codecOptions.reading(logOptions.readOptions()),
              machine.machine(),
              progress::ofTotal);
    }
    boolean empty = result.intact() && result.records() == 0 && result.lastIndex() == 0;
    Output output = session.output();
    output.json(fields(result, empty));
    print(output, result);
    if (empty) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "verify "
              + directory
              + ": the log holds no record and never did; nothing was verified. Is this the right"
              + " directory?");
    }
    return (result.intact() ? ExitCode.OK : ExitCode.LOG_CORRUPT).status();
  }

  private void print(Output output, Verification.Result result) throws IOException {
    for (Finding finding : result.findings()) {
      output.text(line(finding));
    }
    if (result.omittedFindings() > 0) {
      output.text("… and " + result.omittedFindings() + " findings more");
    }
    output.text(
        String.format(
            Locale.ROOT,
            "%s: %s. %,d records (%d to %d, durable to %d), %s in %d segments",
            directory,
            verdict(result),
            result.records(),
            result.firstIndex(),
            result.lastIndex(),
            result.durableIndex(),
            DemoReport.bytes(result.bytes()),
            result.segments()));
    if (result.unopened() > 0) {
      output.text(
          String.format(
              Locale.ROOT,
              "%,d of the records are encrypted: their checksums were checked, their content was"
                  + " not; give --key-file FILE",
              result.unopened()));
    }
    if (!result.intact()) {
      output.text("What is intact can be copied: type `seawall wal salvage " + directory + " OUT`");
    }
  }

  private static String verdict(Verification.Result result) {
    if (!result.intact()) {
      return "DAMAGED";
    }
    if (result.tornBytes() > 0) {
      return "whole, with a torn end of "
          + result.tornBytes()
          + " bytes ("
          + result.tornRecords()
          + " whole records among them, none of them promised) that the next open for writing cuts";
    }
    return "whole";
  }

  private static String line(Finding finding) {
    StringBuilder text = new StringBuilder();
    text.append(name(finding.severity()))
        .append(": ")
        .append(finding.file().getFileName())
        .append(", position ")
        .append(finding.position());
    if (finding.firstIndex() > 0) {
      text.append(", records ").append(finding.firstIndex()).append(" to ");
      text.append(finding.lastIndex() > 0 ? Long.toString(finding.lastIndex()) : "?");
    }
    return text.append(": expected ")
        .append(finding.expected())
        .append(", found ")
        .append(finding.found())
        .toString();
  }

  private static String name(Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> fields(Verification.Result result, boolean empty) {
    List<Map<String, Object>> findings = new ArrayList<>();
    for (Finding finding : result.findings()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("severity", name(finding.severity()));
      one.put("file", finding.file().toString());
      one.put("position", finding.position());
      one.put("firstIndex", finding.firstIndex());
      one.put("lastIndex", finding.lastIndex());
      one.put("expected", finding.expected());
      one.put("found", finding.found());
      findings.add(one);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("intact", result.intact());
    fields.put("empty", empty);
    fields.put("records", result.records());
    fields.put("firstIndex", result.firstIndex());
    fields.put("lastIndex", result.lastIndex());
    fields.put("durableIndex", result.durableIndex());
    fields.put("segments", result.segments());
    fields.put("bytes", result.bytes());
    fields.put("payloadBytes", result.payloadBytes());
    fields.put("unopened", result.unopened());
    fields.put("tornBytes", result.tornBytes());
    fields.put("tornRecords", result.tornRecords());
    fields.put("findings", findings);
    fields.put("omittedFindings", result.omittedFindings());
    return fields;
  }
}
