// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was typed behind `bench/run`.
final class Options {
  static final String USAGE =
      """
      usage: bench/run [options]

        --quick             one short repetition of everything: a smoke test, not figures
        --peers A,B         seawall, chronicle, artemis_nio, artemis_mapped, artemis_aio, floor_fc, fio (default: all)
        --workloads W1,W2   W1, W2, W3, W3A, W4, W5 (default: W1,W2,W3; W3 adds the ten-second fairness check)
        --reps N            repetitions, peers taking turns within each (default 5)
        --seconds S         how long each durable measurement runs, after half of that to warm up (default 2)
        --records N         how many 128-byte appends W1 measures; three tenths of it at 1 KiB; W5 scans as many of 1 KiB
                            (default 1000000)
        --drop-caches       W5 also reads cold: empties the machine's page cache (needs root, slows everybody down)
        --dir DIR           where the logs are written (default bench/target/data); only run-* folders inside are touched
        --json FILE         where the JSON goes (default: beside the Markdown, bench/target/results)
        --heap SIZE         -Xms and -Xmx of every measuring JVM (default 3g)
        --jvm "FLAGS"       further flags for every measuring JVM
        --seed N            what the payloads are drawn from (default: the time)
      """;

  final List<Peers> peers;
  final boolean fio;
  final List<String> workloads;
  final int repetitions;
  final double seconds;
  final double fairnessSeconds;
  final long records;
  final Path directory;
  final @Nullable Path json;
  final String heap;
  final List<String> jvm;
  final long seed;
  final boolean quick;
  final boolean dropCaches;

  private Options(Parsed typed, Path home) {
    quick = typed.quick;
    dropCaches = typed.dropCaches;
    List<String> names = typed.list("peers", "");
    fio = names.isEmpty() || names.contains("fio");
    peers =
        names.isEmpty()
            ? List.of(Peers.values())
            : names.stream().filter(name -> !name.equals("fio")).map(Peers::of).toList();
    workloads = typed.list("workloads", "W1,W2,W3");
    repetitions = Integer.parseInt(typed.text("reps", quick ? "1" : "5"));
    seconds = Double.parseDouble(typed.text("seconds", quick ? "0.3" : "2"));
    fairnessSeconds = quick ? 1 : Math.max(10, seconds);
    records = Long.parseLong(typed.text("records", quick ? "100000" : "1000000"));
    directory = Path.of(typed.text("dir", home.resolve("target/data").toString())).toAbsolutePath();
    String jsonFile = typed.text("json", "");
    json = jsonFile.isEmpty() ? null : Path.of(jsonFile).toAbsolutePath();
    heap = typed.text("heap", "3g");
    jvm = Stream.of(typed.text("jvm", "").split(" +", -1)).filter(flag -> !flag.isEmpty()).toList();
    seed = Long.parseLong(typed.text("seed", String.valueOf(System.currentTimeMillis())));
    if (repetitions < 1 || !(seconds > 0) || records < 1000) {
      throw new IllegalArgumentException(
          "--reps must be 1 or more, --seconds positive, --records 1000 or more");
    }
    List<Cell> unused = Cell.of(workloads);
    if (unused.isEmpty()) {
      throw new IllegalArgumentException("--workloads names none");
    }
  }

  /// @param home the bench folder
  static Options parse(String[] words, Path home) {
    return new Options(new Parsed(words), home);
  }

  private static final class Parsed {
    private static final List<String> NAMES =
        List.of(
            "peers",
            "workloads",
            "reps",
            "seconds",
            "records",
            "dir",
            "json",
            "heap",
            "jvm",
            "seed");

    private final java.util.Map<String, String> values = new java.util.HashMap<>();
    boolean quick;
    boolean dropCaches;

    Parsed(String[] words) {
      for (int i = 0; i < words.length; i++) {
        String word = words[i];
        if (word.equals("--quick")) {
          quick = true;
        } else if (word.equals("--drop-caches")) {
          dropCaches = true;
        } else if (word.startsWith("--")
            && NAMES.contains(word.substring(2))
            && i + 1 < words.length) {
          values.put(word.substring(2), words[++i]);
        } else {
          throw new IllegalArgumentException("cannot use \"" + word + "\"");
        }
      }
    }

    String text(String name, String otherwise) {
      return values.getOrDefault(name, otherwise);
    }

    List<String> list(String name, String otherwise) {
      return Arrays.stream(text(name, otherwise).split(",", -1))
          .filter(item -> !item.isEmpty())
          .toList();
    }
  }
}
