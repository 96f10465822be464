// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was typed behind `bench/run`.
final class Options {
  private static final String DAMAGE = "DAMAGE";

  static final String USAGE =
      """
      usage: bench/run [options]

        --quick             one short repetition, one column per workload: a smoke test, not figures
        --peers A,B         which rows, fio among them (default: all but the seawall_… ones)
        --backends          also Seawall by each of its backends: seawall_direct, _uring, _threads, _channel, _mapped
        --workloads W1,W2   W1, W2, W3, W3V, W3A, W4, W5, OPEN, FAIR, STEADY, DAMAGE (default: all but STEADY)
        --steady            ten minutes of W3 and of W4 by Seawall alone: drift, heap, percentiles through rolls
        --save-baseline     writes this run's ratios to bench/baseline.json
        --compare           measures what bench/baseline.json has and says which ratios are worse; then the exit code is 1
        --reps N            repetitions, peers taking turns within each (default 5)
        --seconds S         how long each durable measurement runs, after half of that to warm up (default 2; STEADY 600)
        --records N         how many 128-byte appends W1 measures; three tenths of it at 1 KiB; W5 scans as many of 1 KiB
                            (default 1000000)
        --open-gib N        how big OPEN's log is (default 10)
        --cold HOW          how W5 and OPEN read cold: fadvise (each file of the log, default), drop (the whole machine's page
                            cache; needs root and slows everybody down), none
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
  final double steadySeconds;
  final long records;
  final double openGibibytes;
  final PageCache.Cold cold;
  final Path directory;
  final @Nullable Path json;
  final String heap;
  final List<String> jvm;
  final long seed;
  final boolean quick;
  final boolean saveBaseline;
  final Path baselineFile;
  final @Nullable Baseline baseline;

  private Options(Parsed typed, Path home) throws IOException {
    quick = typed.has("quick");
    saveBaseline = typed.has("save-baseline");
    baselineFile = home.resolve("baseline.json");
    baseline = typed.has("compare") ? Baseline.read(baselineFile) : null;
    boolean steady = typed.has("steady");
    List<String> names =
        typed.list(
            "peers",
            baseline != null ? String.join(",", baseline.peers()) : steady ? "seawall" : "");
    fio = names.isEmpty() || names.contains("fio");
    List<Peers> chosen =
        new ArrayList<>(
            names.isEmpty()
                ? Peers.usual()
                : names.stream().filter(name -> !name.equals("fio")).map(Peers::of).toList());
    if (typed.has("backends")) {
      Arrays.stream(Peers.values())
          .filter(peer -> peer.role() == Peers.Role.VARIANT && !chosen.contains(peer))
          .forEach(chosen::add);
    }
    peers = List.copyOf(chosen);
    workloads =
        typed.list(
            "workloads",
            baseline != null
                ? String.join(",", baseline.workloads())
                : steady
                    ? "STEADY"
                    : quick ? "W1,W2,W3,W3A,W4,W5" : "W1,W2,W3,W3V,W3A,W4,W5,OPEN,FAIR,DAMAGE");
    repetitions = Integer.parseInt(typed.text("reps", quick || steady ? "1" : "5"));
    seconds = Double.parseDouble(typed.text("seconds", quick ? "0.3" : "2"));
    fairnessSeconds = quick ? 1 : Math.max(10, seconds);
    steadySeconds = Double.parseDouble(typed.text("seconds", quick ? "5" : "600"));
    records = Long.parseLong(typed.text("records", quick ? "50000" : "1000000"));
    openGibibytes = Double.parseDouble(typed.text("open-gib", quick ? "0.5" : "10"));
    cold = PageCache.Cold.valueOf(typed.text("cold", "fadvise").toUpperCase(Locale.ROOT));
    directory = Path.of(typed.text("dir", home.resolve("target/data").toString())).toAbsolutePath();
    String jsonFile = typed.text("json", "");
    json = jsonFile.isEmpty() ? null : Path.of(jsonFile).toAbsolutePath();
    heap = typed.text("heap", quick ? "1g" : "3g");
    jvm = Stream.of(typed.text("jvm", "").split(" +", -1)).filter(flag -> !flag.isEmpty()).toList();
    seed = Long.parseLong(typed.text("seed", String.valueOf(System.currentTimeMillis())));
    if (repetitions < 1 || !(seconds > 0) || records < 1000 || !(openGibibytes > 0)) {
      throw new IllegalArgumentException(
          "--reps must be 1 or more, --seconds and --open-gib positive, --records 1000 or more");
    }
    if (cells().isEmpty() && !damage()) {
      throw new IllegalArgumentException("--workloads names none");
    }
  }

  /// Returns whether the peers' files are damaged too.
  boolean damage() {
    return workloads.contains(DAMAGE);
  }

  /// Returns what is measured, in order.
  List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (String workload : workloads) {
      if (workload.equals(DAMAGE)) {
        continue;
      }
      if (quick) {
        cells.add(Cell.quick(workload));
      } else {
        cells.addAll(Cell.of(workload));
      }
    }
    return cells;
  }

  /// Returns how many repetitions of a cell are measured.
  int repetitions(Cell cell) {
    return switch (cell.workload()) {
      case "OPEN", "FAIR" -> Math.min(3, repetitions);
      default -> repetitions;
    };
  }

  /// Returns how long a cell is measured.
  double seconds(Cell cell) {
    return switch (cell.workload()) {
      case "FAIR" -> fairnessSeconds;
      case "STEADY" -> steadySeconds;
      default -> seconds;
    };
  }

  /// Returns how many records a cell appends or loads.
  long records(Cell cell) {
    if (cell.workload().equals("OPEN")) {
      return (long) (openGibibytes * (1 << 30)) / cell.payloadBytes();
    }
    boolean fewer = cell.workload().equals("W1") && cell.payloadBytes() > 128;
    return fewer ? records * 3 / 10 : records;
  }

  /// @param home the bench folder
  static Options parse(String[] words, Path home) throws IOException {
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
            "open-gib",
            "cold",
            "dir",
            "json",
            "heap",
            "jvm",
            "seed");
    private static final List<String> FLAGS =
        List.of("quick", "backends", "steady", "save-baseline", "compare");

    private final Map<String, String> values = new HashMap<>();

    Parsed(String[] words) {
      for (int i = 0; i < words.length; i++) {
        String word = words[i];
        String name = word.startsWith("--") ? word.substring(2) : "";
        if (FLAGS.contains(name)) {
          values.put(name, "");
        } else if (NAMES.contains(name) && i + 1 < words.length) {
          values.put(name, words[++i]);
        } else {
          throw new IllegalArgumentException("cannot use \"" + word + "\"");
        }
      }
    }

    boolean has(String name) {
      return values.containsKey(name);
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
