// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.Columns.Column;
import dev.seawall.bench.peers.Results.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.jr.ob.JSON;

/// The outcome as Markdown for people and JSON for programs.
final class Report {
  /// The slowest of sixteen durable writers appends at least this share of what the fastest does.
  static final double FAIR_ENOUGH = 0.9;

  private final Results results;
  private final DamageTable damage;
  private final StringBuilder last = new StringBuilder();
  private final Map<String, String> machine;
  private final Options options;
  private final List<String> flags;

  Report(
      Results results,
      DamageTable damage,
      Map<String, String> machine,
      Options options,
      List<String> flags) {
    this.results = results;
    this.damage = damage;
    this.machine = machine;
    this.options = options;
    this.flags = flags;
  }

  /// Writes `NAME.md`, with `NAME.svg` beside it, and the JSON.
  void write(Path markdown, Path json) throws IOException {
    Files.createDirectories(markdown.toAbsolutePath().getParent());
    Files.createDirectories(json.toAbsolutePath().getParent());
    Path picture = picture(markdown);
    Files.writeString(picture, new Plot(results).svg());
    Files.writeString(
        markdown, markdown() + "\n![ratios to the best peer](" + picture.getFileName() + ")\n");
    Files.writeString(
        json, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(tree()) + "\n");
  }

  /// Returns where the picture of a report is.
  static Path picture(Path markdown) {
    return markdown.resolveSibling(markdown.getFileName().toString().replace(".md", ".svg"));
  }

  /// Adds a part that only a finished run has.
  void add(String part) {
    last.append(part);
  }

  String markdown() {
    StringBuilder text = new StringBuilder("# Seawall beside its peers\n\n");
    if (options.quick) {
      text.append(
          "**A smoke run (`--quick`): it shows that everything works. Its figures mean nothing.**\n\n");
    }
    machine.forEach(
        (name, value) -> text.append("- ").append(name).append(": ").append(value).append('\n'));
    text.append("- JVM flags: `").append(String.join(" ", flags)).append("`\n");
    text.append("- run: ")
        .append(options.repetitions)
        .append(" repetitions, peers taking turns within each, every measurement in a JVM and a ")
        .append("directory of its own; durable ones ")
        .append(options.seconds)
        .append(" s after ")
        .append(options.seconds / 2)
        .append(" s to warm up; W1 ")
        .append(options.records)
        .append(" × 128 B, ")
        .append(options.records * 3 / 10)
        .append(" × 1 KiB; cold reads by ")
        .append(cold())
        .append("; seed ")
        .append(options.seed)
        .append("\n");
    text.append(
        "- checked: after each measurement the log was opened again and every record compared, byte for byte and in order\n\n");
    text.append(
            "Cells: median (min–max) of the repetitions. *× best peer*: how many times better than the best peer, ratio of the medians ")
        .append(
            "(lowest–highest ratio within one repetition); floors do not count as peers. *Foreign CPU*: cores used meanwhile by anything ")
        .append(
            "else, the kernel's own threads included; well above the other rows' means a spoilt measurement. *Flushes/rec*: cache flushes ")
        .append(
            "the disk executed per record, all processes; below 1 with one thread means that the append was not durable. *Recycling*: ")
        .append(
            "what can, keeps 512 MiB, was filled with more before, and uses its files again; *growing*: nothing is removed. *Preparation ")
        .append("waits*: appends that waited for a prepared segment.\n\n");
    for (Cell cell : results.cells()) {
      table(text, cell);
    }
    fairness(text);
    if (!options.quick) {
      text.append(new Reach(results).markdown());
    }
    text.append(last);
    text.append(damage.markdown());
    text.append("## What durable means here, and where a record is without it\n\n")
        .append(
            "W1's mean has the draining inside: behind it all bytes have left the process. Its percentiles ")
        .append("are those of the call alone; the bytes are then where the last column says.\n\n")
        .append(
            "| row | when a durable append returns | when a W1 append returns, the bytes are |\n|---|---|---|\n");
    for (Peers peer : options.peers) {
      text.append("| ").append(peer.label()).append(" | ").append(peer.durableMeans());
      results.details(peer.label()).forEach(detail -> text.append("; ").append(detail));
      text.append(" | ").append(peer.undurableMeans()).append(" |\n");
    }
    if (!results.troubles().isEmpty()) {
      text.append("\n## Not measured, or void\n\n");
      results
          .troubles()
          .forEach(trouble -> text.append("- ").append(trouble.replace("\n", " / ")).append('\n'));
    }
    return text.toString();
  }

  private void table(StringBuilder text, Cell cell) {
    List<Column> columns = Columns.of(cell);
    text.append("**").append(cell.title()).append("**\n\n|  | × best peer |");
    columns.forEach(column -> text.append(' ').append(column.title()).append(" |"));
    text.append("\n|---|---|").append("---|".repeat(columns.size())).append('\n');
    String best = results.bestPeer(cell).orElse("");
    for (String row : results.rows(cell)) {
      String name = results.role(row) == Peers.Role.FLOOR ? "*" + row + "*" : row;
      text.append("| ")
          .append(row.equals(best) ? "**" + row + "**" : name)
          .append(" | ")
          .append(show(results.ratio(cell, row), 1))
          .append(" |");
      for (Column column : columns) {
        text.append(' ')
            .append(show(results.spread(cell, row, column.metric()), column.scale()))
            .append(" |");
      }
      text.append('\n');
    }
    results
        .cannot(cell)
        .forEach((row, why) ->
            text.append("| ").append(row).append(" | – | ").append(why).append(" |\n"));
    if (!results.shared(cell).isEmpty()) {
      text.append("\nMeasured once and shown in both forms, since they do the same: ")
          .append(String.join(", ", results.shared(cell)))
          .append(".\n");
    }
    text.append('\n');
  }

  private void fairness(StringBuilder text) {
    for (Cell cell : results.cells()) {
      if (cell.workload().equals("FAIR")) {
        for (String row : results.rows(cell)) {
          Optional<Spread> spread = results.spread(cell, row, "slowestToFastest");
          if (results.role(row) == Peers.Role.SUBJECT && spread.isPresent()) {
            text.append("**Fairness (C-6)**: of ")
                .append(cell.threads())
                .append(" durable writers over ")
                .append(options.fairnessSeconds)
                .append(" s the slowest appended ")
                .append(show(spread, 1))
                .append(" of what the fastest did; asked for ")
                .append(FAIR_ENOUGH)
                .append(": ")
                .append(spread.get().min() >= FAIR_ENOUGH ? "kept" : "MISSED")
                .append(".\n\n");
          }
        }
      }
    }
  }

  private String cold() {
    return switch (options.cold) {
      case FADVISE -> "POSIX_FADV_DONTNEED on each file after a sync";
      case DROP -> "drop_caches after a sync";
      case NONE -> "nothing: there are none";
    };
  }

  private Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("machine", machine);
    tree.put("flags", flags);
    tree.put("repetitions", options.repetitions);
    tree.put("seconds", options.seconds);
    tree.put("records", options.records);
    tree.put("seed", options.seed);
    tree.put("quick", options.quick);
    List<Object> cells = new ArrayList<>();
    for (Cell cell : results.cells()) {
      Map<String, Object> cellTree = new LinkedHashMap<>();
      cellTree.put("workload", cell.workload());
      cellTree.put("payloadBytes", cell.payloadBytes());
      cellTree.put("threads", cell.threads());
      cellTree.put("batchRecords", cell.batchRecords());
      cellTree.put("form", cell.form().toString().toLowerCase(Locale.ROOT));
      cellTree.put("cannot", results.cannot(cell));
      cellTree.put("shared", results.shared(cell));
      cellTree.put("durable", cell.durable());
      cellTree.put("rankedBy", cell.rankedBy());
      cellTree.put("bestPeer", results.bestPeer(cell).orElse(""));
      List<Object> rows = new ArrayList<>();
      for (String row : results.rows(cell)) {
        Map<String, Object> rowTree = new LinkedHashMap<>();
        rowTree.put("name", row);
        rowTree.put("details", results.details(row));
        rowTree.put("role", results.role(row).toString().toLowerCase(Locale.ROOT));
        results
            .spread(cell, row, cell.rankedBy())
            .ifPresent(spread -> rowTree.put("median", spread.median()));
        results
            .ratio(cell, row)
            .ifPresent(ratio ->
                rowTree.put("timesBestPeer", List.of(ratio.median(), ratio.min(), ratio.max())));
        rowTree.put("repetitions", List.copyOf(results.repetitions(cell, row).values()));
        rows.add(rowTree);
      }
      cellTree.put("rows", rows);
      cells.add(cellTree);
    }
    tree.put("cells", cells);
    tree.put("damage", damage.tree());
    tree.put("troubles", results.troubles());
    return tree;
  }

  /// Shows a median with its range.
  static String show(Optional<Spread> spread, double scale) {
    if (spread.isEmpty()) {
      return "–";
    }
    Spread found = spread.get();
    String median = number(found.median() * scale);
    return found.min() == found.max()
        ? median
        : median + " (" + number(found.min() * scale) + "–" + number(found.max() * scale) + ")";
  }

  /// Three or four digits that mean something.
  static String number(double value) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return String.format(Locale.ROOT, "%.2fM", value / 1e6);
    }
    if (size >= 1e4) {
      return String.format(Locale.ROOT, "%.1fk", value / 1e3);
    }
    return String.format(
        Locale.ROOT,
        size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.1 || size == 0 ? "%.2f" : "%.4f",
        value);
  }
}
