// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/// `bench/replication CONFIG`: Seawall beside Litestream 0.3.13, each cell in turns.
public final class ReplicationBench {
  private ReplicationBench() {}

  /// Runs the matrices of configurations, or `--quick`.
  public static void main(String[] args) throws Exception {
    List<Config> configs = new ArrayList<>();
    for (String each : args) {
      configs.add(each.equals("--quick") ? Config.quick() : Config.read(Path.of(each)));
    }
    Path home = Path.of(System.getProperty("bench.home"));
    Files.createDirectories(home);
    // Ended from outside: what we started ends too.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() ->
                ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly)));
    Tool.Programs programs =
        new Tool.Programs(
            Path.of(System.getProperty("bench.seawall")),
            Path.of(System.getProperty("bench.litestream")));
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Config config : configs) {
      for (String storeName : config.list("stores")) {
        try (Store store =
            storeName.equals("s3")
                ? Store.s3(home, Path.of(System.getProperty("bench.s3proxy")), config.countsCalls())
                : Store.directory(home)) {
          for (Cell cell : cells(config)) {
            rows.add(measure(cell, programs, store, storeName, config, home));
            write(home, rows);
          }
        }
      }
    }
    System.out.println(markdown(rows));
    boolean failed = rows.stream().anyMatch(row -> row.containsKey("error"));
    System.exit(failed ? 1 : 0);
  }

  private record Cell(String workload, int databases, int writes, Tool tool) {}

  private static List<Cell> cells(Config config) {
    List<Cell> cells = new ArrayList<>();
    for (String workload : config.list("workloads")) {
      boolean matrix = workload.equals("load");
      for (int databases : matrix ? config.numbers("databases") : List.of(1)) {
        for (int writes : matrix ? config.numbers("writes") : List.of(0)) {
          for (String tool : config.list("tools")) {
            Tool its = Tool.valueOf(tool.toUpperCase(Locale.ROOT));
            if (matrix || its != Tool.NONE) {
              cells.add(new Cell(workload, databases, writes, its));
            }
          }
        }
      }
    }
    return cells;
  }

  private static Map<String, Object> measure(
      Cell cell, Tool.Programs programs, Store store, String storeName, Config config, Path home)
      throws Exception {
    Map<String, Object> row = new LinkedHashMap<>();
    long start = System.nanoTime();
    row.put("config", config.name());
    row.put("tool", cell.tool.name().toLowerCase(Locale.ROOT));
    row.put("workload", cell.workload);
    row.put("store", storeName);
    row.put("databases", cell.databases);
    row.put("writes_per_second_per_database", cell.writes);
    String prefix = "run-" + System.nanoTime();
    try (Run run = new Run(cell.tool, programs, store, config, home, prefix)) {
      try {
        switch (cell.workload) {
          case "load" -> run.load(cell.databases, cell.writes);
          case "lag" -> run.lag();
          case "restore" ->
              run.restore(config.number("megabytes", 126), config.number("increments", 0));
          case "start" -> run.start();
          case "idle" -> run.idle();
          default -> throw new IllegalArgumentException("unknown workload " + cell.workload);
        }
      } catch (IOException | SQLException | ExecutionException e) {
        // The other cells are worth having; the status tells that one failed.
        String text = e.toString();
        row.put("error", text.substring(0, Math.min(300, text.length())));
      }
      row.putAll(run.figures().values());
      row.put("whole_cell_seconds", Math.round((System.nanoTime() - start) / 1e9));
    }
    System.err.println(row);
    return row;
  }

  private static void write(Path home, List<Map<String, Object>> rows) throws IOException {
    StringBuilder json = new StringBuilder();
    json.append("{\"time\":\"").append(Instant.now()).append("\",\"processors\":");
    json.append(Runtime.getRuntime().availableProcessors()).append(",\"kernel\":\"");
    json.append(System.getProperty("os.version")).append("\",\"results\":[");
    for (int i = 0; i < rows.size(); i++) {
      json.append(i == 0 ? "\n  {" : ",\n  {");
      int column = 0;
      for (Map.Entry<String, Object> each : rows.get(i).entrySet()) {
        json.append(column++ == 0 ? "" : ",").append('"').append(each.getKey()).append("\":");
        Object value = each.getValue();
        json.append(value instanceof Number ? value.toString() : quoted(value.toString()));
      }
      json.append('}');
    }
    Files.writeString(home.resolve("replication.json"), json.append("\n]}\n"));
    Files.writeString(home.resolve("replication.md"), markdown(rows));
  }

  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ")
        + '"';
  }

  /// A table for each workload: a column for each run.
  private static String markdown(List<Map<String, Object>> rows) {
    StringBuilder text = new StringBuilder(Reach.table(rows));
    Set<Object> workloads = new LinkedHashSet<>();
    rows.forEach(row -> workloads.add(row.get("workload")));
    for (Object workload : workloads) {
      List<Map<String, Object>> its =
          rows.stream().filter(row -> workload.equals(row.get("workload"))).toList();
      Set<String> keys = new LinkedHashSet<>();
      its.forEach(row -> keys.addAll(row.keySet()));
      keys.remove("workload");
      text.append("\n| ").append(workload).append(" |").append(" |".repeat(its.size()));
      text.append("\n|---|").append("---|".repeat(its.size())).append('\n');
      for (String key : keys) {
        text.append("| ").append(key.replace('_', ' ')).append(" |");
        its.forEach(row -> text.append(' ').append(row.getOrDefault(key, "")).append(" |"));
        text.append('\n');
      }
    }
    return text.toString();
  }
}
