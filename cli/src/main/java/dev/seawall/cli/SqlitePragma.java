// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.ops.LocalFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `seawall pragma`.
@Command(
    name = "pragma",
    description =
        "Print the PRAGMA statements that an application should run on each connection to a database"
            + " that is watched.",
    footer = {
      "",
      "Examples:",
      "  seawall pragma --comments                why each of them",
      "  seawall pragma -o pragma.sql             then `.read pragma.sql` in the sqlite3 shell"
    })
final class SqlitePragma implements Callable<Integer> {
  /// One statement.
  ///
  /// @param key the pragma
  /// @param value what it is set to
  /// @param why for `--comments`, line by line
  private record Pragma(String key, String value, List<String> why) {
    String sql() {
      return "PRAGMA " + key + " = " + value + ";";
    }
  }

  private static final List<Pragma> PRAGMAS =
      List.of(
          new Pragma(
              "page_size",
              "4096",
              List.of(
                  "Only a new database takes it, and only before its first write and before WAL.",
                  "Any other size is watched and restored as well.")),
          new Pragma(
              "journal_mode",
              "WAL",
              List.of(
                  "Without a write-ahead log there is nothing to ship. The database keeps it.")),
          new Pragma(
              "synchronous",
              "NORMAL",
              List.of(
                  "In WAL mode the database stays whole after a loss of power; the last commits may be",
                  "gone. FULL keeps them too, for one sync a commit.")),
          new Pragma(
              "busy_timeout",
              "5000",
              List.of(
                  "Milliseconds. The watcher takes the write lock for moments; wait, do not fail.")),
          new Pragma(
              "wal_autocheckpoint",
              "0",
              List.of(
                  "The watcher checkpoints, so no commit has to. Leave this line out for a connection",
                  "that also writes while nobody watches: then the log grows without end.")),
          new Pragma("cache_size", "-64000", List.of("KiB, so 64 MB a connection.")),
          new Pragma("mmap_size", "268435456", List.of("256 MiB; reads without copying.")));

  @Spec private CommandSpec spec;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write to this new file instead of standard output.")
  private @Nullable Path file;

  @Option(names = "--comments", description = "Say why, above each statement.")
  private boolean comments;

  SqlitePragma() {}

  @Override
  public Integer call() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Pragma pragma : PRAGMAS) {
      if (comments) {
        pragma.why().forEach(line -> lines.add("-- " + line));
      }
      lines.add(pragma.sql());
    }
    Output output = Session.of(spec).output();
    if (file != null) {
      if (!LocalFiles.writeNew(
          file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8))) {
        throw new CommandFailure(
            ExitCode.USAGE, "-o " + file + ": it exists, and nothing is overwritten");
      }
      return ExitCode.OK.status();
    }
    for (String line : lines) {
      output.text(line);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    PRAGMAS.forEach(pragma -> fields.put(pragma.key(), pragma.value()));
    output.json(fields);
    return ExitCode.OK.status();
  }
}
