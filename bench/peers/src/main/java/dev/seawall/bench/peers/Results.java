// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Everything measured so far: cell, row, repetition, metric.
final class Results {
  private final Map<Cell, Map<String, Map<Integer, Map<String, Double>>>> samples =
      new LinkedHashMap<>();
  private final Map<String, Peers.Role> roles = new LinkedHashMap<>();
  private final Map<String, Set<String>> details = new LinkedHashMap<>();
  private final Map<Cell, Set<String>> shared = new LinkedHashMap<>();
  private final Map<Cell, Map<String, String>> cannot = new LinkedHashMap<>();
  private final List<String> troubles = new ArrayList<>();

  void add(Cell cell, String row, Peers.Role role, int repetition, Map<String, Double> metrics) {
    roles.put(row, role);
    samples
        .computeIfAbsent(cell, _ -> new LinkedHashMap<>())
        .computeIfAbsent(row, _ -> new TreeMap<>())
        .put(repetition, metrics);
  }

  /// Shows a repetition of one cell in another one too: measured once, because the row does the
  /// same in both.
  void share(Cell from, Cell to, String row, int repetition) {
    Map<String, Double> metrics = repetitions(from, row).get(repetition);
    if (metrics != null) {
      add(to, row, role(row), repetition, metrics);
      shared.computeIfAbsent(to, _ -> new TreeSet<>()).add(row);
    }
  }

  /// Returns the rows of a cell that were measured in another one.
  Set<String> shared(Cell cell) {
    return shared.getOrDefault(cell, Set.of());
  }

  /// Records that a row cannot do what a cell asks for.
  void cannot(Cell cell, String row, String why) {
    cannot.computeIfAbsent(cell, _ -> new LinkedHashMap<>()).put(row, why);
  }

  /// Returns the rows that cannot do what a cell asks for, and why.
  Map<String, String> cannot(Cell cell) {
    return cannot.getOrDefault(cell, Map.of());
  }

  /// Records what a log said about how it works.
  void detail(String row, String text) {
    if (!text.isEmpty()) {
      details.computeIfAbsent(row, _ -> new TreeSet<>()).add(text);
    }
  }

  /// Returns what a log said about how it works; more than one when it changed between
  /// measurements.
  Set<String> details(String row) {
    return details.getOrDefault(row, Set.of());
  }

  /// Records that something could not be measured, or was measured and is void.
  void trouble(String what) {
    troubles.add(what);
  }

  List<String> troubles() {
    return troubles;
  }

  List<Cell> cells() {
    return List.copyOf(samples.keySet());
  }

  /// Returns the rows of a cell: the subject, then peers, then floors.
  List<String> rows(Cell cell) {
    List<String> rows = new ArrayList<>(samples.getOrDefault(cell, Map.of()).keySet());
    rows.sort((a, b) -> role(a).compareTo(role(b)));
    return rows;
  }

  Peers.Role role(String row) {
    return roles.getOrDefault(row, Peers.Role.FLOOR);
  }

  Map<Integer, Map<String, Double>> repetitions(Cell cell, String row) {
    return samples.getOrDefault(cell, Map.of()).getOrDefault(row, Map.of());
  }

  /// Returns median, minimum and maximum of a metric, or nothing when no repetition has it.
  Optional<Spread> spread(Cell cell, String row, String metric) {
    return Spread.of(
        repetitions(cell, row).values().stream()
            .filter(metrics -> metrics.containsKey(metric))
            .mapToDouble(metrics -> metrics.getOrDefault(metric, 0.0))
            .toArray());
  }

  /// Returns the row of the best peer of a cell, by median.
  Optional<String> bestPeer(Cell cell) {
    String best = null;
    double bestValue = 0;
    for (String row : rows(cell)) {
      Optional<Spread> spread = spread(cell, row, cell.rankedBy());
      if (role(row) == Peers.Role.PEER && spread.isPresent()) {
        double value = spread.get().median();
        if (best == null || (cell.moreIsBetter() ? value > bestValue : value < bestValue)) {
          best = row;
          bestValue = value;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  /// Returns how many times better a row is than the best peer: the ratio of the medians, and the
  /// lowest and highest ratio within one repetition, where both were measured next to each other.
  Optional<Spread> ratio(Cell cell, String row) {
    return bestPeer(cell).flatMap(best -> ratio(cell, row, cell, best, cell.rankedBy()));
  }

  /// Returns how many times better one row is than another, by a metric; they may stand in
  /// different cells of the same run.
  Optional<Spread> ratio(Cell cell, String row, Cell otherCell, String otherRow, String metric) {
    Optional<Spread> own = spread(cell, row, metric);
    Optional<Spread> other = spread(otherCell, otherRow, metric);
    if (own.isEmpty() || other.isEmpty()) {
      return Optional.empty();
    }
    double medians = better(more(metric), own.get().median(), other.get().median());
    return Double.isFinite(medians)
        ? Spread.of(pairs(cell, row, otherCell, otherRow, metric))
            .map(spread -> new Spread(medians, spread.min(), spread.max()))
        : Optional.empty();
  }

  /// Returns the ratios of the repetitions that have both rows.
  double[] pairs(Cell cell, String row, Cell otherCell, String otherRow, String metric) {
    Map<Integer, Map<String, Double>> others = repetitions(otherCell, otherRow);
    return repetitions(cell, row).entrySet().stream()
        .mapToDouble(entry ->
            better(
                more(metric),
                entry.getValue().getOrDefault(metric, Double.NaN),
                others.getOrDefault(entry.getKey(), Map.of()).getOrDefault(metric, Double.NaN)))
        .filter(Double::isFinite)
        .toArray();
  }

  private static boolean more(String metric) {
    return !metric.endsWith("Nanos") && !metric.endsWith("Micros") && !metric.endsWith("Millis");
  }

  private static double better(boolean more, double own, double other) {
    return more ? own / other : other / own;
  }

  /// A median with its range.
  record Spread(double median, double min, double max) {
    static Optional<Spread> of(double[] values) {
      if (values.length == 0) {
        return Optional.empty();
      }
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int middle = sorted.length / 2;
      double median =
          sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
      return Optional.of(new Spread(median, sorted[0], sorted[sorted.length - 1]));
    }
  }
}
