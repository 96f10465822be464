// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.Cell.Form;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The coordinator behind `bench/run`: makes the plan, lets the peers take turns, writes the report
/// after every repetition.
final class Compare {
  /// Time for the disk to forget the last measurement: its files are removed and trimmed.
  private static final Duration SETTLE = Duration.ofMillis(300);

  private static final double LONGEST_WARM_UP_SECONDS = 10;

  private final Options options;
  private final Path home;
  private final Path runDirectory;
  private final Results results = new Results();
  private final Set<Peers> unavailable = new LinkedHashSet<>();
  private final String disk;
  private final Fork fork;
  private final DamageTable damage;
  private final @Nullable Fio fio;
  private final long startNanos = System.nanoTime();
  private boolean failed;
  private int done;
  private int planned;

  private Compare(Options options, Path home, Path runDirectory)
      throws IOException, InterruptedException {
    this.options = options;
    this.home = home;
    this.runDirectory = runDirectory;
    this.disk = new Machine(runDirectory).disk();
    this.fork = new Fork(options, home);
    this.damage = new DamageTable(fork, options, runDirectory);
    String fioVersion = options.fio ? Fio.version() : null;
    this.fio = fioVersion == null ? null : new Fio(home, runDirectory, options);
    if (options.fio && fioVersion == null) {
      say(
          "fio is not installed: the rows that show the machine without a JVM are left out (Debian: apt install fio)");
      results.trouble("fio: not installed");
    }
  }

  public static void main(String[] words) throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    Options options;
    try {
      options = Options.parse(words, home);
    } catch (IllegalArgumentException | IOException e) {
      System.err.println("bench/run: " + e.getMessage() + "\n\n" + Options.USAGE);
      System.exit(2);
      return;
    }
    Files.createDirectories(options.directory);
    try (FileChannel channel =
            FileChannel.open(
                options.directory.resolve("LOCK"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        System.err.println(
            "bench/run: another run writes to "
                + options.directory
                + "; two at once measure each other");
        System.exit(2);
      }
      removeOldRuns(options.directory);
      String time =
          LocalDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
      Path runDirectory = Files.createDirectory(options.directory.resolve("run-" + time));
      try {
        boolean good = new Compare(options, home, runDirectory).run(time);
        removeTree(runDirectory);
        System.exit(good ? 0 : 1);
      } finally {
        removeTree(runDirectory);
      }
    }
  }

  private boolean run(String time) throws IOException, InterruptedException {
    Path markdown = home.resolve("target/results/" + time + ".md");
    Path json =
        options.json == null ? home.resolve("target/results/" + time + ".json") : options.json;
    Report report =
        new Report(results, damage, new Machine(runDirectory).describe(), options, fork.flags());
    List<Cell> cells = options.cells();
    planned =
        cells.stream().mapToInt(cell -> options.repetitions(cell) * options.peers.size()).sum();
    for (int repetition = 1; repetition <= options.repetitions; repetition++) {
      for (Cell cell : cells) {
        if (repetition <= options.repetitions(cell)) {
          for (Peers peer : turns(repetition)) {
            turn(peer, cell, repetition);
          }
          floor(cell, repetition);
        }
      }
      report.write(markdown, json);
    }
    if (options.damage()) {
      damage();
    }
    besideBaseline(report);
    report.write(markdown, json);
    System.out.println(report.markdown());
    say("wrote " + markdown + ", " + Report.picture(markdown) + " and " + json);
    return !failed;
  }

  private void besideBaseline(Report report) throws IOException, InterruptedException {
    if (options.baseline != null) {
      StringBuilder text = new StringBuilder();
      Optional<Integer> worse = options.baseline.compare(results, text);
      report.add(text.toString());
      failed |= worse.isEmpty() || worse.get() > 0;
      say(
          worse.isEmpty()
              ? "nothing of the baseline was measured"
              : worse.get() + " ratios are worse than the baseline's");
    }
    if (options.saveBaseline) {
      Baseline.of(results, new Machine(runDirectory).describe()).write(options.baselineFile);
      say("wrote " + options.baselineFile);
    }
  }

  private void damage() throws IOException, InterruptedException {
    for (Peers peer : options.peers) {
      if (!unavailable.contains(peer)) {
        damage
            .run(peer)
            .forEach((what, verdict) ->
                System.err.printf("[damage] %-14s %-10s %s%n", peer.label(), what, verdict));
      }
    }
    if (damage.failed()) {
      failed = true;
      results.trouble("damage passed unnoticed: see the table of damaged files");
    }
  }

  /// Each repetition starts with another peer, so that none always follows the same neighbour's
  /// leftovers.
  private List<Peers> turns(int repetition) {
    List<Peers> turns = new ArrayList<>(options.peers);
    java.util.Collections.rotate(turns, -(repetition - 1));
    return turns;
  }

  private void turn(Peers peer, Cell cell, int repetition)
      throws IOException, InterruptedException {
    done++;
    if (unavailable.contains(peer)) {
      return;
    }
    String cannot = peer.cannot(cell);
    if (!cannot.isEmpty()) {
      results.cannot(cell, peer.label(), cannot);
    } else if (cell.form() == Form.RECYCLING && !peer.recycles()) {
      results.share(cell.in(Form.GROWING), cell, peer.label(), repetition);
    } else {
      measure(peer, cell, repetition);
    }
  }

  private void measure(Peers peer, Cell cell, int repetition)
      throws IOException, InterruptedException {
    Path directory =
        Files.createDirectory(
            runDirectory.resolve(peer.label() + "-" + cell.label() + "-" + repetition));
    Plan plan =
        new Plan(
            peer,
            cell,
            directory,
            disk,
            options.seconds(cell),
            Math.clamp(options.seconds(cell) / 2, 0.2, LONGEST_WARM_UP_SECONDS),
            options.records(cell),
            options.seed + repetition,
            options.cold);
    Fork.Outcome outcome = fork.run(plan);
    String what = peer.label() + " " + cell.label() + " repetition " + repetition;
    switch (outcome.kind()) {
      case MEASURED -> {
        results.detail(peer.label(), outcome.message());
        watchFlushes(what, cell, outcome.metrics());
        results.add(cell, peer.label(), peer.role(), repetition, outcome.metrics());
        keepSeries(peer, cell, directory);
        progress(
            cell,
            repetition,
            peer.label(),
            outcome.metrics().getOrDefault(cell.rankedBy(), Double.NaN));
      }
      case SKIPPED -> {
        unavailable.add(peer);
        results.trouble(peer.label() + ": " + outcome.message());
        say(peer.label() + " is left out: " + outcome.message());
      }
      case WRONG -> {
        failed = true;
        results.trouble(what + ": WRONG DATA, measurement void: " + outcome.message());
        say(what + ": WRONG DATA: " + outcome.message());
      }
      case FAILED -> {
        failed = true;
        Path kept =
            home.resolve(
                "target/results/failed-"
                    + peer.label()
                    + "-"
                    + cell.label()
                    + "-"
                    + repetition
                    + ".log");
        Files.createDirectories(kept.getParent());
        Files.writeString(kept, outcome.message());
        results.trouble(what + ": failed, see " + kept);
        say(what + " failed: " + outcome.message());
      }
    }
    removeTree(directory);
    settle();
  }

  private void keepSeries(Peers peer, Cell cell, Path directory) throws IOException {
    Path series = directory.resolve(Steady.SERIES);
    if (Files.exists(series)) {
      Path kept =
          Files.createDirectories(home.resolve("target/results"))
              .resolve(
                  runDirectory.getFileName() + "-" + peer.label() + "-" + cell.label() + ".csv");
      Files.copy(series, kept, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      say("wrote " + kept);
    }
  }

  /// One durable thread needs one flush of the disk's cache per append. Fewer means that the append
  /// was not durable, or that this kind of device does not count.
  private void watchFlushes(String what, Cell cell, Map<String, Double> metrics) {
    double flushes = metrics.getOrDefault("flushesPerRecord", 1.0);
    if (cell.workload().equals("W2") && flushes < 0.5 && Machine.hasWriteBackCache(disk)) {
      String text =
          what
              + ": only "
              + Report.number(flushes)
              + " flushes per record reached "
              + disk
              + ": not durable, or not counted";
      results.trouble(text);
      say(text);
    }
  }

  private void floor(Cell cell, int repetition) throws IOException, InterruptedException {
    if (fio == null) {
      return;
    }
    for (String job : Fio.jobsFor(cell)) {
      try {
        var metrics = fio.run(job, cell);
        results.add(cell, Fio.row(job, cell), Peers.Role.FLOOR, repetition, metrics);
        progress(
            cell,
            repetition,
            Fio.row(job, cell),
            metrics.getOrDefault(cell.rankedBy(), Double.NaN));
      } catch (IOException e) {
        results.trouble(
            "fio "
                + job
                + ", "
                + cell.label()
                + " repetition "
                + repetition
                + ": "
                + e.getMessage());
        say(String.valueOf(e.getMessage()));
      }
      settle();
    }
  }

  /// Writes back what the last measurement left in the page cache, so that the next does not pay
  /// for it.
  private void settle() throws InterruptedException {
    if (Files.isDirectory(Path.of("/proc/self"))) {
      Machine.command("sync", "-f", runDirectory.toString());
    }
    Thread.sleep(SETTLE);
  }

  private void progress(Cell cell, int repetition, String row, double value) {
    long seconds = Duration.ofNanos(System.nanoTime() - startNanos).toSeconds();
    long left = done == 0 || done > planned ? 0 : seconds * (planned - done) / done;
    System.err.printf(
        "[%3d/%d, about %d:%02d left] %d/%d %-12s %-34s %s %s%n",
        Math.min(done, planned),
        planned,
        left / 60,
        left % 60,
        repetition,
        options.repetitions,
        cell.label(),
        row,
        Report.number(value),
        cell.unit());
  }

  private static void say(String what) {
    System.err.println("bench/run: " + what);
  }

  private static void removeOldRuns(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry :
          entries.filter(path -> path.getFileName().toString().startsWith("run-")).toList()) {
        removeTree(entry);
      }
    }
  }

  private static void removeTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
