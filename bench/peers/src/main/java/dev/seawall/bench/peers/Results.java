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
  private final List<String> troubles = new ArrayList<>();

  void add(Cell cell, String row, Peers.Role role, int repetition, Map<String, Double> metrics) {
    roles.put(row, role);
    samples
        .computeIfAbsent(cell, _ -> new LinkedHashMap<>())
        .computeIfAbsent(row, _ -> new TreeMap<>())
        .put(repetition, metrics);
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
    Optional<String> best = bestPeer(cell);
    Optional<Spread> own = spread(cell, row, cell.rankedBy());
    if (best.isEmpty() || own.isEmpty()) {
      return Optional.empty();
    }
    Map<Integer, Map<String, Double>> theirs = repetitions(cell, best.get());
    double[] paired =
        repetitions(cell, row).entrySet().stream()
            .filter(entry -> theirs.containsKey(entry.getKey()))
            .mapToDouble(entry ->
                better(
                    cell,
                    entry.getValue().getOrDefault(cell.rankedBy(), Double.NaN),
                    theirs
                        .getOrDefault(entry.getKey(), Map.of())
                        .getOrDefault(cell.rankedBy(), Double.NaN)))
            .filter(Double::isFinite)
            .toArray();
    Optional<Spread> their = spread(cell, best.get(), cell.rankedBy());
    if (their.isEmpty()) {
      return Optional.empty();
    }
    double medians = better(cell, own.get().median(), their.get().median());
    if (!Double.isFinite(medians)) {
      return Optional.empty();
    }
    return Spread.of(paired).map(spread -> new Spread(medians, spread.min(), spread.max()));
  }

  private static double better(Cell cell, double own, double their) {
    return cell.moreIsBetter() ? own / their : their / own;
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
