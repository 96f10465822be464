// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.Fork.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Damages the files of every peer in the same ways and says what each makes of it.
final class DamageTable {
  private static final String HEAP = "512m";

  private final Fork fork;
  private final Options options;
  private final Path runDirectory;
  private final Map<Peers, Map<Damage, String>> verdicts = new LinkedHashMap<>();
  private boolean seawallFailed;

  DamageTable(Fork fork, Options options, Path runDirectory) {
    this.fork = fork;
    this.options = options;
    this.runDirectory = runDirectory;
  }

  /// Tries everything on one peer and returns what was seen.
  Map<Damage, String> run(Peers peer) throws IOException, InterruptedException {
    Map<Damage, String> seen = new EnumMap<>(Damage.class);
    verdicts.put(peer, seen);
    Path original = Files.createDirectory(runDirectory.resolve("damage-" + peer.label()));
    Outcome written = fork.run(plan(peer, Damaged.WRITE, original), HEAP);
    if (written.kind() != Outcome.Kind.MEASURED) {
      for (Damage damage : Damage.values()) {
        seen.put(damage, "not tried: " + firstLine(written.message()));
      }
      return seen;
    }
    for (Damage damage : Damage.values()) {
      Path copy = runDirectory.resolve("damage-" + peer.label() + "-" + damage);
      copy(original, copy);
      damage.apply(copy.resolve("log"), Damaged.payloads(options.seed));
      seen.put(damage, verdict(peer, fork.run(plan(peer, Damaged.READ, copy), HEAP)));
    }
    return seen;
  }

  private Plan plan(Peers peer, String workload, Path directory) {
    return new Plan(
        peer,
        new Cell(workload, Damage.PAYLOAD_BYTES, 1),
        directory,
        "",
        1,
        0,
        Damage.RECORDS,
        options.seed,
        PageCache.Cold.NONE);
  }

  private String verdict(Peers peer, Outcome outcome) {
    if (outcome.kind() != Outcome.Kind.MEASURED) {
      return "the process died: " + firstLine(outcome.message());
    }
    int right = outcome.metrics().getOrDefault("right", 0.0).intValue();
    int wrong = outcome.metrics().getOrDefault("wrong", 0.0).intValue();
    boolean error = outcome.metrics().getOrDefault("error", 0.0) > 0;
    String verdict = verdict(right, wrong, error ? outcome.message() : "");
    seawallFailed |=
        (peer.role() == Peers.Role.SUBJECT || peer.role() == Peers.Role.VARIANT)
            && !verdict.startsWith("error");
    return verdict;
  }

  /// Says what came back.
  ///
  /// @param error what was thrown, or nothing
  static String verdict(int right, int wrong, String error) {
    if (wrong > 0) {
      return "**wrong bytes**: "
          + wrong
          + " records, no error"
          + (error.isEmpty() ? "" : " before");
    }
    if (!error.isEmpty()) {
      return "error after "
          + right
          + " records: `"
          + error.replace('|', '/').replace('`', '\'')
          + "`";
    }
    return right == Damage.RECORDS
        ? "nothing noticed, nothing lost"
        : "**silent loss**: " + (Damage.RECORDS - right) + " of " + Damage.RECORDS + " records";
  }

  /// Returns whether Seawall let damage pass.
  boolean failed() {
    return seawallFailed;
  }

  String markdown() {
    if (verdicts.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder("## What a damaged file does\n\n")
            .append(Damage.RECORDS)
            .append(
                " durable records of 1 KiB, the log closed properly, its files damaged, opened and read again. ")
            .append("A record counts as right when every byte is.\n\n| row |");
    for (Damage damage : Damage.values()) {
      text.append(' ').append(damage.title()).append(" |");
    }
    text.append("\n|---|").append("---|".repeat(Damage.values().length)).append('\n');
    verdicts.forEach((peer, seen) -> {
      text.append("| ").append(peer.label()).append(" |");
      for (Damage damage : Damage.values()) {
        text.append(' ').append(seen.getOrDefault(damage, "–")).append(" |");
      }
      text.append('\n');
    });
    return text.append('\n').toString();
  }

  /// Returns the same for programs.
  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    verdicts.forEach((peer, seen) -> tree.put(peer.label(), new EnumMap<>(seen)));
    return tree;
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(from)) {
      walk.forEach(paths::add);
    }
    for (Path path : paths) {
      Files.copy(path, to.resolve(from.relativize(path)));
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
