// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.Results.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.jr.ob.JSON;

/// Ratios of an earlier run, and whether those of a later one are worse. Never seconds: a figure is
/// true for one machine and one minute, a ratio to a neighbour in the same minute a little longer.
///
/// Each cell has Seawall against the best peer of that run, and against one floor. Its noise is
/// half the distance between the lowest and the highest ratio of one repetition, the outermost of
/// each side left out where there are five or more, as a part of the median. A ratio is worse when
/// it is below the old one by more than [#LEAST_BOUND] and by more than twice the larger noise of
/// the two.
final class Baseline {
  /// Less than this is never called worse.
  static final double LEAST_BOUND = 0.1;

  private static final double LARGEST_BOUND = 0.6;
  private static final String SUBJECT = "seawall";

  /// One ratio.
  ///
  /// @param cell the cell's label
  /// @param against the row that Seawall was compared with
  /// @param ratio how many times better Seawall was
  /// @param noise by how much the ratio of one repetition strays, as a part of it
  record Entry(String cell, String against, double ratio, double noise) {}

  private final Map<String, String> machine;
  private final List<Entry> entries;

  Baseline(Map<String, String> machine, List<Entry> entries) {
    this.machine = machine;
    this.entries = List.copyOf(entries);
  }

  /// Takes the ratios of a run.
  static Baseline of(Results results, Map<String, String> machine) {
    List<Entry> entries = new ArrayList<>();
    for (Cell cell : results.cells()) {
      Set<String> against = new LinkedHashSet<>();
      results.bestPeer(cell).ifPresent(against::add);
      results.rows(cell).stream()
          .filter(row -> results.role(row) == Peers.Role.FLOOR)
          .filter(row -> row.startsWith("fio direct") || row.startsWith("fio overwrite"))
          .findFirst()
          .ifPresent(against::add);
      for (String row : against) {
        entry(results, cell, row).ifPresent(entries::add);
      }
    }
    return new Baseline(machine, entries);
  }

  private static Optional<Entry> entry(Results results, Cell cell, String against) {
    Optional<Spread> ratio = results.ratio(cell, SUBJECT, cell, against, cell.rankedBy());
    if (ratio.isEmpty()) {
      return Optional.empty();
    }
    double[] pairs = results.pairs(cell, SUBJECT, cell, against, cell.rankedBy());
    return Optional.of(
        new Entry(cell.label(), against, ratio.get().median(), noise(pairs, ratio.get().median())));
  }

  /// Returns by how much ratios stray; unknown, and so large, for fewer than three.
  static double noise(double[] pairs, double median) {
    if (pairs.length < 3) {
      return LARGEST_BOUND / 2;
    }
    double[] sorted = pairs.clone();
    java.util.Arrays.sort(sorted);
    int cut = sorted.length >= 5 ? 1 : 0;
    return (sorted[sorted.length - 1 - cut] - sorted[cut]) / 2 / median;
  }

  static Baseline read(Path file) throws IOException {
    Map<String, Object> tree = JSON.std.mapFrom(Files.readString(file));
    Map<String, String> machine = new LinkedHashMap<>();
    if (tree.get("machine") instanceof Map<?, ?> facts) {
      facts.forEach((name, fact) -> machine.put(String.valueOf(name), String.valueOf(fact)));
    }
    List<Entry> entries = new ArrayList<>();
    if (tree.get("ratios") instanceof List<?> list) {
      for (Object item : list) {
        Map<?, ?> fields = (Map<?, ?>) item;
        entries.add(
            new Entry(
                String.valueOf(fields.get("cell")),
                String.valueOf(fields.get("against")),
                number(fields, "ratio"),
                number(fields, "noise")));
      }
    }
    if (entries.isEmpty()) {
      throw new IOException(file + " has no ratios; `bench/run --save-baseline` writes one");
    }
    return new Baseline(machine, entries);
  }

  private static double number(Map<?, ?> fields, String name) throws IOException {
    if (fields.get(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IOException("a ratio of the baseline has no number \"" + name + "\": " + fields);
  }

  void write(Path file) throws IOException {
    List<Object> list = new ArrayList<>();
    for (Entry entry : entries) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("cell", entry.cell);
      fields.put("against", entry.against);
      fields.put("ratio", rounded(entry.ratio));
      fields.put("noise", rounded(entry.noise));
      list.add(fields);
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("machine", machine);
    tree.put("ratios", list);
    Files.writeString(file, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(tree) + "\n");
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  /// Returns the names for `--peers` that measure all of this.
  Set<String> peers() {
    Set<String> names = new LinkedHashSet<>();
    names.add(SUBJECT);
    entries.forEach(entry -> names.add(entry.against.startsWith("fio ") ? "fio" : entry.against));
    return names;
  }

  /// Returns the names for `--workloads` that measure all of this.
  Set<String> workloads() {
    Set<String> names = new LinkedHashSet<>();
    entries.forEach(entry -> names.add(entry.cell.substring(0, entry.cell.indexOf('-'))));
    return names;
  }

  /// Says for each ratio whether it is worse now, and adds the verdicts to a text.
  ///
  /// @return how many are worse, or nothing when none could be compared
  Optional<Integer> compare(Results now, StringBuilder text) {
    text.append("## Beside the baseline\n\n");
    machine.forEach((name, fact) ->
        text.append("- baseline ").append(name).append(": ").append(fact).append('\n'));
    text.append("\n| cell | against | then | now | bound | |\n|---|---|---|---|---|---|\n");
    int worse = 0;
    int compared = 0;
    for (Entry then : entries) {
      Optional<Entry> found =
          now.cells().stream()
              .filter(cell -> cell.label().equals(then.cell))
              .findFirst()
              .flatMap(cell -> entry(now, cell, then.against));
      text.append("| ")
          .append(then.cell)
          .append(" | ")
          .append(then.against)
          .append(" | ")
          .append(Report.number(then.ratio))
          .append(" | ");
      if (found.isEmpty()) {
        text.append("– | – | not measured |\n");
        continue;
      }
      compared++;
      double bound = bound(then, found.get());
      boolean isWorse = found.get().ratio < then.ratio * (1 - bound);
      worse += isWorse ? 1 : 0;
      text.append(Report.number(found.get().ratio))
          .append(" | −")
          .append(Math.round(bound * 100))
          .append(" % | ")
          .append(isWorse ? "**worse**" : "as good")
          .append(" |\n");
    }
    text.append('\n');
    return compared == 0 ? Optional.empty() : Optional.of(worse);
  }

  /// Returns how far the ratio may fall.
  static double bound(Entry then, Entry now) {
    return Math.clamp(2 * Math.max(then.noise, now.noise), LEAST_BOUND, LARGEST_BOUND);
  }
}
