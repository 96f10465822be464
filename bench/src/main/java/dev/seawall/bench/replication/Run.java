// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import dev.seawall.bench.replication.Sampler.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/// One cell of the matrix: one tool, one store, so many databases, one workload; in a directory of
/// its own that is removed.
final class Run implements AutoCloseable {
  private static final int WATCHED_FOR_LAG = 4;
  private static final List<String> NO_CHECK = List.of("--check", "none");

  private final Tool tool;
  private final Tool.Programs programs;
  private final Store store;
  private final Config config;
  private final Path home;
  private final String prefix;
  private final List<Application> applications = new ArrayList<>();
  private final Figures figures = new Figures();

  Run(Tool tool, Tool.Programs programs, Store store, Config config, Path home, String prefix)
      throws IOException {
    this.tool = tool;
    this.programs = programs;
    this.store = store;
    this.config = config;
    this.home = Files.createDirectories(home.resolve(prefix));
    this.prefix = prefix;
  }

  Figures figures() {
    return figures;
  }

  private void open(int databases) throws SQLException {
    for (int i = 0; i < databases; i++) {
      String name = "db%03d.db".formatted(i);
      Application application =
          new Application(name, home.resolve(name), config.number("payload", 1024));
      application.write();
      applications.add(application);
    }
  }

  private Process watch() throws IOException, InterruptedException {
    Process process = tool.watch(programs, store, prefix, applications, config.flags(), home);
    if (tool != Tool.NONE) {
      awaitFirstObjects(process);
    }
    return process;
  }

  private void awaitFirstObjects(Process process) throws IOException, InterruptedException {
    long start = System.nanoTime();
    for (Application each : applications) {
      while (objects(each) == 0) {
        if (!process.isAlive() || System.nanoTime() - start > TimeUnit.MINUTES.toNanos(5)) {
          process.destroyForcibly();
          throw new IOException(
              tool + " ships nothing of " + each.name() + ": " + end(home.resolve("tool.log")));
        }
        Thread.sleep(20);
      }
    }
    figures.put("first_objects_seconds", (System.nanoTime() - start) / 1e9);
  }

  private static String end(Path log) throws IOException {
    String text = Files.readString(log);
    return text.substring(Math.max(0, text.length() - 200));
  }

  private long objects(Application application) throws IOException {
    Path folder = store.objects(prefix, application.name());
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (var files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".ltx") || file.toString().endsWith(".lz4"))
          .count();
    }
  }

  private long objects() throws IOException {
    long sum = 0;
    for (Application each : applications) {
      sum += objects(each);
    }
    return sum;
  }

  private long bytes(Path folder) throws IOException {
    long sum = 0;
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
    }
    return sum;
  }

  /// Paced writes to all databases.
  void load(int databases, int writesPerSecond) throws Exception {
    open(databases);
    Process process = watch();
    try (Sampler sampler = new Sampler(process.pid())) {
      Thread.sleep(2000);
      idle(sampler);
      Writers.pace(applications, writesPerSecond, config.number("warmup", 5));
      int firstRow = applications.getFirst().written().rows() + 1;
      long before = LongStream.of(rows()).sum();
      long start = System.nanoTime();
      Writers.pace(applications, writesPerSecond, config.number("seconds", 40));
      double seconds = (System.nanoTime() - start) / 1e9;
      Usage usage = sampler.since(start);
      long commits = LongStream.of(rows()).sum() - before;
      figures.put("commits", commits).put("commits_per_second", commits / seconds);
      usage(usage, commits * config.number("payload", 1024));
      figures.percentiles("commit_ms", latencies(firstRow), 1e6);
      figures.put("stalls_over_50_ms", stalls(firstRow));
      if (tool != Tool.NONE) {
        settle();
        end(process);
        lags(firstRow);
        compareAll();
      }
    } finally {
      process.destroyForcibly();
    }
  }

  /// One database that nobody writes: what its replication costs.
  void idle() throws Exception {
    open(1);
    Process process = watch();
    try (Sampler sampler = new Sampler(process.pid())) {
      // Compilers and start-up work come to rest, levels above 0 are made.
      Thread.sleep(config.number("warmup", 5) * 1000L);
      long calls = store.isS3() ? store.calls() : 0;
      idle(sampler);
      if (store.isS3()) {
        figures.put("idle_requests", store.calls() - calls);
      }
      end(process);
      compareAll();
    } finally {
      process.destroyForcibly();
    }
  }

  /// A small database, restored ten times: what the command costs before it works.
  void start() throws Exception {
    open(1);
    Process process = watch();
    try {
      Writers.pace(applications, 10, 2);
      settle();
      end(process);
    } finally {
      process.destroyForcibly();
    }
    restored("small_restore_seconds", 10, tool == Tool.SEAWALL ? NO_CHECK : List.of());
  }

  private void idle(Sampler sampler) throws IOException, InterruptedException {
    int seconds = config.number("idle", 0);
    if (seconds == 0 || tool == Tool.NONE) {
      return;
    }
    long before = objects();
    long start = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    Usage usage = sampler.since(start);
    figures
        .put("idle_rss_mb", usage.rssMb())
        .put("idle_cpu_percent", usage.cpuPercent())
        .put("idle_objects", objects() - before)
        .put("idle_written_bytes", usage.writtenBytes());
  }

  private void usage(Usage usage, long payloadBytes) {
    if (tool != Tool.NONE) {
      figures
          .put("rss_mb", usage.rssMb())
          .put("rss_max_mb", usage.rssMaxMb())
          .put("cpu_percent", usage.cpuPercent())
          .put("written_per_payload_byte", usage.writtenBytes() / (double) payloadBytes);
    }
  }

  private long[] rows() {
    return applications.stream().mapToLong(each -> each.written().rows()).toArray();
  }

  private long[] latencies(int firstRow) {
    return applications.stream()
        .flatMapToLong(each -> LongStream.of(each.written().latencies(firstRow)))
        .toArray();
  }

  private long stalls(int firstRow) {
    return LongStream.of(latencies(firstRow)).filter(nanos -> nanos > 50_000_000).count();
  }

  /// Single writes at least two seconds apart, at a random phase.
  void lag() throws Exception {
    open(1);
    Process process = watch();
    SplittableRandom random = new SplittableRandom(11);
    try (Sampler sampler = new Sampler(process.pid())) {
      Thread.sleep(2000);
      int firstRow = applications.getFirst().written().rows() + 1;
      long start = System.nanoTime();
      for (int i = 0; i < Math.max(2, config.number("seconds", 40) * 2 / 5); i++) {
        Thread.sleep(2000 + random.nextInt(1000));
        applications.getFirst().write();
      }
      usage(sampler.since(start), 1024L);
      settle();
      end(process);
      lags(firstRow);
      compareAll();
    } finally {
      process.destroyForcibly();
    }
  }

  /// A large database, restored as one link and with a tail of increments.
  void restore(int megabytes, int increments) throws Exception {
    open(1);
    Application application = applications.getFirst();
    application.fill(megabytes * 1_000_000 / (config.number("payload", 1024) + 300));
    Process process = watch();
    try {
      settle();
      if (increments > 0) {
        Writers.pace(applications, 50, increments);
        settle();
      }
      end(process);
    } finally {
      process.destroyForcibly();
    }
    figures.put("objects", objects(application));
    boolean ours = tool == Tool.SEAWALL;
    for (String check : ours ? List.of("none", "quick", "full") : List.of("none")) {
      List<String> flags = ours ? List.of("--check", check) : List.of();
      restored("restore_seconds_check_" + check, 5, flags);
    }
  }

  /// Restores the first database so often and keeps the median. One more comes first and counts for
  /// nothing: the server has just started, and who comes first would pay for it.
  private void restored(String key, int times, List<String> flags) throws Exception {
    Application application = applications.getFirst();
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i <= times; i++) {
      Path copy = home.resolve("restored-" + i + ".db");
      long nanos = tool.restore(programs, store, prefix, application, copy, flags, home);
      if (i > 0) {
        seconds.add(nanos / 1e9);
      }
      compare(application, copy);
      figures.put("database_mb", Files.size(copy) / 1e6);
      Files.delete(copy);
    }
    seconds.sort(Comparator.naturalOrder());
    figures.put(key, seconds.get(times / 2));
  }

  /// Waits until no object has come for three seconds.
  private void settle() throws IOException, InterruptedException {
    long quiet = System.nanoTime();
    long before = -1;
    long limit = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (System.nanoTime() - quiet < TimeUnit.SECONDS.toNanos(3) && System.nanoTime() < limit) {
      long now = objects();
      if (now != before) {
        before = now;
        quiet = System.nanoTime();
      }
      Thread.sleep(100);
    }
  }

  private void end(Process process) throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IOException(tool + " does not end");
    }
    figures.put("exit", process.exitValue());
  }

  private void lags(int firstRow) throws IOException, SQLException {
    List<Long> all = new ArrayList<>();
    int arrived = 0;
    int expected = 0;
    int puts = 0;
    int step = Math.max(1, applications.size() / WATCHED_FOR_LAG);
    for (int i = 0; i < applications.size(); i += step) {
      Application each = applications.get(i);
      Arrivals.Lags lags =
          Arrivals.of(store.objects(prefix, each.name()), home.resolve("lag" + i), each.written());
      arrived += lags.lagsMicros().size();
      expected += each.written().rows();
      puts += lags.objects();
      all.addAll(lags.lagsMicros().stream().skip(Math.max(0, firstRow - 1L)).toList());
    }
    figures.put("rows_not_in_any_object", expected - arrived);
    figures.put("objects_per_database", puts / Math.ceil(applications.size() / (double) step));
    figures.percentiles("lag_s", all.stream().mapToLong(Long::longValue).toArray(), 1e6);
    long stored = 0;
    for (Application each : applications) {
      stored += bytes(store.objects(prefix, each.name()));
    }
    figures.put("stored_mb", stored / 1e6);
  }

  private void compareAll() throws Exception {
    long start = System.nanoTime();
    long rows = 0;
    int compared = Math.min(applications.size(), config.number("compare", 1000));
    for (Application each : applications.subList(0, compared)) {
      Path copy = home.resolve("restored-" + each.name());
      List<String> flags = tool == Tool.SEAWALL ? NO_CHECK : List.of();
      tool.restore(programs, store, prefix, each, copy, flags, home);
      rows += compare(each, copy);
      Files.delete(copy);
    }
    figures.put("databases_compared", compared).put("rows_compared", rows).put("data_loss", 0);
    figures.put("restore_all_seconds", (System.nanoTime() - start) / 1e9);
  }

  /// Compares every row of every column, and asks SQLite whether the copy is whole.
  private static long compare(Application application, Path copy) throws IOException, SQLException {
    try (Connection one = DriverManager.getConnection("jdbc:sqlite:" + application.path());
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement left = one.createStatement();
        Statement right = other.createStatement()) {
      try (ResultSet check = right.executeQuery("PRAGMA integrity_check")) {
        if (!check.getString(1).equals("ok")) {
          throw new IOException(copy + ": " + check.getString(1));
        }
      }
      long rows = 0;
      try (ResultSet expected = left.executeQuery("SELECT id, micros, v FROM w ORDER BY id");
          ResultSet found = right.executeQuery("SELECT id, micros, v FROM w ORDER BY id")) {
        while (expected.next()) {
          rows++;
          if (!found.next()
              || expected.getLong(1) != found.getLong(1)
              || expected.getLong(2) != found.getLong(2)
              || !java.util.Arrays.equals(expected.getBytes(3), found.getBytes(3))) {
            throw new IOException(copy + ": row " + expected.getLong(1) + " is lost or changed");
          }
        }
        if (found.next() || rows != application.written().rows()) {
          throw new IOException(
              copy + ": " + rows + " rows, " + application.written().rows() + " were committed");
        }
      }
      return rows;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      for (Application each : applications) {
        each.close();
      }
    } catch (SQLException e) {
      throw new IOException(e);
    } finally {
      remove(home);
      remove(store.objects(prefix));
    }
  }

  private static void remove(Path root) throws IOException {
    if (Files.exists(root)) {
      try (var files = Files.walk(root)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
