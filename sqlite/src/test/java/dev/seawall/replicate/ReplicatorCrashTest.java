// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.archive.RetryPolicy;
import dev.seawall.archive.store.DirectoryObjectStore;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.s3.FaultProxy;
import dev.seawall.s3.S3ProxyServer;
import dev.seawall.sqlite.internal.Databases;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real processes, really killed: the watcher, again and again, and the application, while somebody
/// else checkpoints in every mode and vacuums, over a store that fails: a directory, and S3Proxy
/// behind our fault proxy. `-Dchaos.seconds=600` for longer, `-Dchaos.seed=N` for another order of
/// events.
///
/// Every transaction writes down its number, and how many rows and bytes there are behind it: what
/// is restored says whether it is one of the states that there were.
final class ReplicatorCrashTest {
  private static final int HARMED_ONE_IN = 8;
  private static final String TABLES =
      """
      PRAGMA journal_mode = wal;
      CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB);
      CREATE TABLE sums(number INTEGER, held INTEGER, bytes INTEGER);
      INSERT INTO sums VALUES (0, 0, 0);
      """;
  private static final String SOUND =
      "SELECT number, held = (SELECT count(*) FROM t),"
          + " bytes = (SELECT coalesce(sum(length(v)), 0) FROM t) FROM sums";
  private static final List<String> OTHERS =
      List.of(
          "PRAGMA wal_checkpoint(PASSIVE);",
          "PRAGMA wal_checkpoint(FULL);",
          "PRAGMA wal_checkpoint(RESTART);",
          "PRAGMA wal_checkpoint(TRUNCATE);",
          "VACUUM;");

  @TempDir private Path folder;
  private final List<String> said = new ArrayList<>();
  private Machine machine;

  /// How everybody behaves.
  ///
  /// @param rows how many the application keeps
  /// @param lifeMillis how long a watcher lives at least, and at most four times as long
  /// @param pauseMillis the longest pause between two transactions
  private record Pace(int rows, int lifeMillis, int pauseMillis) {
    String transaction() {
      return """
      BEGIN IMMEDIATE;
      INSERT INTO t(v) VALUES (randomblob(300 + abs(random()) %% 9000));
      UPDATE t SET v = randomblob(500) WHERE id = abs(random()) %% 100;
      DELETE FROM t WHERE id < (SELECT max(id) FROM t) - %d;
      UPDATE sums SET number = number + 1, held = (SELECT count(*) FROM t),
        bytes = (SELECT coalesce(sum(length(v)), 0) FROM t);
      COMMIT;
      """
          .formatted(rows);
    }
  }

  private final long seed = Long.getLong("chaos.seed", System.nanoTime());
  private int kills;

  @BeforeEach
  void start() throws IOException {
    machine = SystemMachine.open(Backend.CHANNEL);
  }

  @AfterEach
  void stop() {
    machine.scheduler().close();
  }

  private Path database() {
    return folder.resolve("app.db");
  }

  private Process watcher(String store, long seed, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx96m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ChaosWatcher.class.getName(),
                database().toString(),
                store,
                Long.toString(seed)));
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("said").toFile()))
        .start();
  }

  private Process shell(int busyMillis) throws IOException {
    return new ProcessBuilder(
            "sqlite3",
            "-cmd",
            ".timeout " + busyMillis,
            "-cmd",
            "PRAGMA synchronous = OFF",
            database().toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void say(Process shell, String sql) {
    try {
      OutputStream in = shell.getOutputStream();
      in.write(sql.getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException _) {
      // It was killed.
    }
  }

  private void end(Process process) throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    kills++;
  }

  private void chaos(String store, Pace pace, Random random, long seconds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Process watcher = watcher(store, random.nextLong());
    Process writer = shell(2000);
    long watcherEnds = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3L * pace.lifeMillis());
    while (System.nanoTime() < end) {
      say(writer, pace.transaction());
      if (random.nextInt(12) == 0) {
        Process other = shell(20);
        say(other, OTHERS.get(random.nextInt(OTHERS.size())));
        other.getOutputStream().close();
        other.waitFor(10, TimeUnit.SECONDS);
        other.destroyForcibly();
      }
      if (random.nextInt(60) == 0) {
        end(writer);
        writer = shell(2000);
      }
      if (System.nanoTime() > watcherEnds) {
        end(watcher);
        watcher = watcher(store, random.nextLong());
        watcherEnds =
            System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(
                    pace.lifeMillis() + random.nextInt(3 * pace.lifeMillis()));
      }
      Thread.sleep(random.nextInt(pace.pauseMillis()));
    }
    end(watcher);
    writer.getOutputStream().close();
    writer.waitFor(20, TimeUnit.SECONDS);
    writer.destroyForcibly();
  }

  @Test
  void whatWasReportedIsRestoredFromADirectoryAfterAnyDeath() throws Exception {
    Path root = Files.createDirectories(folder.resolve("replica"));
    try (DirectoryObjectStore store = DirectoryObjectStore.open(machine, root)) {
      run(root.toString(), store, new Pace(150, 1000, 40));
    }
  }

  /// Snapshots are longer than one part of an upload, and the restores meet the faults, too.
  @Test
  void whatWasReportedIsRestoredFromS3AfterAnyDeath() throws Exception {
    S3ProxyServer server = S3ProxyServer.get();
    try (FaultProxy proxy = new FaultProxy(server.endpoint())) {
      String bucket = proxy.endpoint() + "/" + server.newBucket();
      proxy.harm(new Random(seed), HARMED_ONE_IN);
      try (ObjectStore store = ChaosWatcher.bucket(URI.create(bucket))) {
        run(bucket, store, new Pace(1200, 2000, 120));
      }
      System.out.println(
          "chaos: " + proxy.harmed() + " of " + proxy.requests() + " requests were harmed");
      assertThat(proxy.harmed()).isPositive();
    }
  }

  private void run(String name, ObjectStore store, Pace pace) throws Exception {
    assumeTrue(Databases.hasShell(), "skipped: no sqlite3 shell, which is the application here");
    Databases.shell(database(), TABLES);
    Databases.shell(
        database(),
        "WITH RECURSIVE c(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM c WHERE n < %d)"
                .formatted(pace.rows())
            + " INSERT INTO t(v) SELECT randomblob(4800) FROM c; UPDATE sums SET held = "
            + "(SELECT count(*) FROM t), bytes = (SELECT sum(length(v)) FROM t)");
    try {
      chaos(name, pace, new Random(seed), Long.getLong("chaos.seconds", 10));
      Process last = watcher(name, 1, "drain");
      assertThat(last.waitFor(10, TimeUnit.MINUTES)).isTrue();
      said.addAll(Files.readAllLines(folder.resolve("said")));
      assertThat(last.exitValue()).as("%s", tail()).isZero();
      assertThat(said).noneMatch(line -> line.startsWith("stopped"));
      check(store);
    } catch (AssertionError e) {
      throw new AssertionError("replay: -Dchaos.seed=" + seed + "; " + e.getMessage(), e);
    }
  }

  private List<String> tail() {
    return said.subList(Math.max(0, said.size() - 20), said.size());
  }

  private void check(ObjectStore store) throws Exception {
    long reported =
        said.stream()
            .filter(line -> line.startsWith("shipped "))
            .mapToLong(line -> Long.parseLong(line.substring(8)))
            .max()
            .orElse(0);
    RestoreOptions options =
        RestoreOptions.defaults()
            .withCheck(IntegrityCheck.FULL)
            .withRetry(
                RetryPolicy.defaults()
                    .withBaseMillis(1)
                    .withMaxDelayMillis(20)
                    .withMaxAttempts(20));
    Path latest = folder.resolve("latest.db");
    Restore.from(machine, store, "app.db", options).to(latest);
    byte[] expected = Databases.checkpointed(database(), folder.resolve("checked"));
    assertThat(Files.readAllBytes(latest)).isEqualTo(expected);
    int restored = 0;
    long number = Long.MAX_VALUE;
    long step = Math.max(1, reported / Long.getLong("chaos.points", 12));
    for (long txid = reported; txid > 0; txid -= step) {
      Path output = folder.resolve("at-" + txid + ".db");
      Restore.from(machine, store, "app.db", options.withTarget(RestoreTarget.txid(txid)))
          .to(output);
      try (Connection connection = Databases.open(output)) {
        List<Long> row = Databases.row(connection, SOUND);
        assertThat(row.subList(1, 3)).as("rows and bytes at %s", txid).containsExactly(1L, 1L);
        assertThat(row.getFirst()).as("number at %s", txid).isLessThanOrEqualTo(number);
        number = row.getFirst();
      }
      Files.delete(output);
      restored++;
    }
    System.out.println(
        "chaos: "
            + kills
            + " kills, "
            + reported
            + " links reported, "
            + said.stream().filter(line -> line.startsWith("snapshot ")).count()
            + " snapshots, "
            + restored
            + " restore points checked, all of them sound");
    assertThat(reported).isPositive();
  }
}
