// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What was asked for, beside what was measured: one line a row of the table in `docs/sqlite.md`.
/// Rows come from `bench/replication.d/reach`; a line without any figure is left out.
final class Reach {
  /// Whether what was asked for is met; not asked when a figure of Seawall's is missing.
  private interface Met {
    boolean by(Cells cells);
  }

  /// @param config the file that measures it, without its extension
  /// @param keys figures of one cell, shown one after another
  private record Line(
      String what, String config, int databases, List<String> keys, String asked, Met met) {}

  /// The rows of one configuration and number of databases.
  private record Cells(List<Map<String, Object>> rows, List<String> keys) {
    double of(Tool tool, String key) {
      String name = tool.name().toLowerCase(Locale.ROOT);
      return rows.stream()
          .filter(row -> name.equals(row.get("tool")))
          .map(row -> row.get(key))
          .filter(Number.class::isInstance)
          .mapToDouble(value -> ((Number) value).doubleValue())
          .findFirst()
          .orElse(Double.NaN);
    }

    double ours(int key) {
      return of(Tool.SEAWALL, keys.get(key));
    }

    boolean has(Tool tool) {
      return keys.stream().anyMatch(key -> !Double.isNaN(of(tool, key)));
    }

    String text(Tool tool) {
      return has(tool)
          ? keys.stream().map(key -> Reach.text(of(tool, key))).collect(Collectors.joining(" / "))
          : "";
    }
  }

  private static final List<Line> LINES =
      List.of(
          new Line(
              "memory, 1 database on S3, idle / 50 writes/s, MB",
              "load",
              1,
              List.of("idle_rss_mb", "rss_mb"),
              "≤ 105",
              atMost(105, 105)),
          new Line(
              "memory, 1 database in a directory, idle / 50 writes/s, MB",
              "directory",
              1,
              List.of("idle_rss_mb", "rss_mb"),
              "≤ 80",
              atMost(80, 80)),
          new Line(
              "memory, 100 databases, idle / 5,000 writes/s / most, MB",
              "load",
              100,
              List.of("idle_rss_mb", "rss_mb", "rss_max_mb"),
              "≤ 120 / ≤ 200",
              atMost(120, 200)),
          new Line(
              "processor, 100 databases, 5,000 writes/s / idle, % of a core",
              "load", 100, List.of("cpu_percent", "idle_cpu_percent"), "≤ 45", atMost(45)),
          new Line(
              "lag of single writes, p50 / p99, s",
              "lag",
              1,
              List.of("lag_s_p50", "lag_s_p99"),
              "≤ 0.1 / ≤ 0.3",
              atMost(0.1, 0.3)),
          new Line(
              "objects of those writes and the start",
              "lag",
              1,
              List.of("objects_per_database"),
              "no more",
              cells -> cells.ours(0) <= cells.of(Tool.LITESTREAM, cells.keys.getFirst())),
          new Line(
              "lag at 50 writes/s and one object a second, p50 / p99, s",
              "load",
              1,
              List.of("lag_s_p50", "lag_s_p99"),
              "p50 ≤ 0.6",
              atMost(0.6)),
          new Line(
              "the same at 100 databases",
              "load",
              100,
              List.of("lag_s_p50", "lag_s_p99"),
              "p50 ≤ 0.6",
              atMost(0.6)),
          new Line(
              "lag at 50 writes/s with a short interval, p50 / p99, s",
              "short-interval",
              1,
              List.of("lag_s_p50", "lag_s_p99"),
              "p99 ≤ 0.15",
              cells -> cells.ours(1) <= 0.15),
          new Line(
              "bytes written locally per payload byte, 1 database",
              "load",
              1,
              List.of("written_per_payload_byte"),
              "≤ 6",
              atMost(6)),
          new Line(
              "the same at 100 databases",
              "load",
              100,
              List.of("written_per_payload_byte"),
              "≤ 6",
              atMost(6)),
          new Line(
              "restore of a small database, the whole command, s",
              "start",
              1,
              List.of("small_restore_seconds"),
              "≤ 0.4",
              atMost(0.4)),
          new Line(
              "restore of 126 MB, the whole command, s: `none` / `quick` / `full`",
              "restore",
              1,
              List.of(
                  "restore_seconds_check_none",
                  "restore_seconds_check_quick",
                  "restore_seconds_check_full"),
              "≤ 0.9 with `none`",
              atMost(0.9)),
          new Line(
              "the same with 67 increments",
              "restore-tail",
              1,
              List.of(
                  "restore_seconds_check_none",
                  "restore_seconds_check_quick",
                  "restore_seconds_check_full"),
              "≤ 1.0 with `none`",
              atMost(1.0)),
          new Line(
              "idle database: requests / bytes written / % of a core",
              "idle",
              1,
              List.of("idle_requests", "idle_written_bytes", "idle_cpu_percent"),
              "0 / 0 / < 0.1",
              cells -> cells.ours(0) == 0 && cells.ours(1) == 0 && cells.ours(2) < 0.1),
          new Line(
              "commit p99 / greatest, 1 database, ms",
              "load",
              1,
              List.of("commit_ms_p99", "commit_ms_max"),
              "p99 at most 8 % over none",
              Reach::commitsAsAlone),
          new Line(
              "commit p99 / greatest / over 50 ms, 100 databases, ms",
              "load",
              100,
              List.of("commit_ms_p99", "commit_ms_max", "stalls_over_50_ms"),
              "p99 at most 8 % over none, none over 50",
              cells -> commitsAsAlone(cells) && cells.ours(2) == 0),
          new Line(
              "250 databases × 50 writes/s: commits/s / lag p50 / p99, s / rows that never came",
              "many",
              250,
              List.of("commits_per_second", "lag_s_p50", "lag_s_p99", "rows_not_in_any_object"),
              "everything arrives",
              cells -> cells.ours(3) == 0));

  private Reach() {}

  private static Met atMost(double... limits) {
    return cells -> {
      for (int i = 0; i < limits.length; i++) {
        if (!(cells.ours(i) <= limits[i])) {
          return false;
        }
      }
      return true;
    };
  }

  private static boolean commitsAsAlone(Cells cells) {
    return cells.ours(0) <= 1.08 * cells.of(Tool.NONE, cells.keys.getFirst());
  }

  private static String text(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    String form =
        value == Math.rint(value) || value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, value != 0 && value < 0.1 ? "%.3f" : form, value);
  }

  /// Returns the table in Markdown; empty when nothing of it was measured.
  static String table(List<Map<String, Object>> rows) {
    List<String> lines = new ArrayList<>();
    for (Line line : LINES) {
      List<Map<String, Object>> its =
          rows.stream()
              .filter(row ->
                  line.config.equals(row.get("config"))
                      && Integer.valueOf(line.databases).equals(row.get("databases")))
              .toList();
      Cells cells = new Cells(its, line.keys);
      if (cells.has(Tool.SEAWALL) || cells.has(Tool.LITESTREAM)) {
        String met =
            !cells.has(Tool.SEAWALL) ? "not measured" : line.met.by(cells) ? "yes" : "**no**";
        lines.add(
            String.join(
                " | ",
                "| " + line.what,
                cells.text(Tool.LITESTREAM),
                cells.text(Tool.SEAWALL),
                cells.text(Tool.NONE),
                line.asked,
                met + " |"));
      }
    }
    return lines.isEmpty()
        ? ""
        : "\n| | Litestream 0.3.13 | Seawall | no tool | asked for | met |\n|---|---|---|---|---|---|\n"
            + String.join("\n", lines)
            + "\n";
  }
}
