// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

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
  private final Map<String, String> machine;
  private final Options options;
  private final List<String> flags;

  Report(Results results, Map<String, String> machine, Options options, List<String> flags) {
    this.results = results;
    this.machine = machine;
    this.options = options;
    this.flags = flags;
  }

  private record Column(String title, String metric, double scale) {}

  private static List<Column> columns(Cell cell) {
    return switch (cell.workload()) {
      case "W1" ->
          List.of(
              new Column("mean ns", "meanNanos", 1),
              new Column("p50 ns", "p50Nanos", 1),
              new Column("p99 ns", "p99Nanos", 1),
              new Column("p99.9 ns", "p999Nanos", 1),
              new Column("B/op caller", "callerBytesPerRecord", 1),
              new Column("B/op all threads", "allocatedBytesPerRecord", 1),
              new Column("CPU ns/op", "cpuNanosPerRecord", 1),
              new Column("foreign CPU", "foreignCpuCores", 1));
      case "W4" ->
          List.of(
              new Column("MB/s", "megabytesPerSecond", 1),
              new Column("batch p50 µs", "p50Micros", 1),
              new Column("batch p99 µs", "p99Micros", 1),
              new Column("slowest/fastest", "slowestToFastest", 1),
              new Column("CPU µs/rec", "cpuNanosPerRecord", 1e-3),
              new Column("B/rec", "allocatedBytesPerRecord", 1),
              new Column("flushes/rec", "flushesPerRecord", 1),
              new Column("foreign CPU", "foreignCpuCores", 1));
      case "W5" ->
          List.of(
              new Column("warm cache, warm JIT GB/s", "warmGigabytesPerSecond", 1),
              new Column("first: warm cache, cold JIT GB/s", "firstGigabytesPerSecond", 1),
              new Column("cold cache, warm JIT GB/s", "coldGigabytesPerSecond", 1),
              new Column("load MB/s", "loadMegabytesPerSecond", 1),
              new Column("disk MB", "diskMegabytes", 1));
      case "W3", "FAIR" ->
          List.of(
              new Column("ops/s", "opsPerSecond", 1),
              new Column("p50 µs", "p50Micros", 1),
              new Column("p99 µs", "p99Micros", 1),
              new Column("p99.9 µs", "p999Micros", 1),
              new Column("slowest/fastest", "slowestToFastest", 1),
              new Column("CPU µs/rec", "cpuNanosPerRecord", 1e-3),
              new Column("B/rec", "allocatedBytesPerRecord", 1),
              new Column("flushes/rec", "flushesPerRecord", 1),
              new Column("foreign CPU", "foreignCpuCores", 1));
      default ->
          List.of(
              new Column("ops/s", "opsPerSecond", 1),
              new Column("p50 µs", "p50Micros", 1),
              new Column("p99 µs", "p99Micros", 1),
              new Column("p99.9 µs", "p999Micros", 1),
              new Column("CPU µs/rec", "cpuNanosPerRecord", 1e-3),
              new Column("B/rec", "allocatedBytesPerRecord", 1),
              new Column("flushes/rec", "flushesPerRecord", 1),
              new Column("foreign CPU", "foreignCpuCores", 1));
    };
  }

  void write(Path markdown, Path json) throws IOException {
    Files.createDirectories(markdown.toAbsolutePath().getParent());
    Files.createDirectories(json.toAbsolutePath().getParent());
    Files.writeString(markdown, markdown());
    Files.writeString(
        json, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(tree()) + "\n");
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
        .append(" × 1 KiB; seed ")
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
            "the disk executed per record, all processes; below 1 with one thread means that the append was not durable.\n\n");
    for (Cell cell : results.cells()) {
      table(text, cell);
    }
    fairness(text);
    text.append("## What durable means here\n\n");
    for (Peers peer : options.peers) {
      text.append("- **").append(peer.label()).append("**: ").append(peer.durableMeans());
      results.details(peer.label()).forEach(detail -> text.append("; ").append(detail));
      text.append('\n');
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
    List<Column> columns = columns(cell);
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
    tree.put("troubles", results.troubles());
    return tree;
  }

  private static String show(Optional<Spread> spread, double scale) {
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
