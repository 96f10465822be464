// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.jar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.cli.Replicas;
import dev.seawall.s3.S3ProxyServer;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `seawall watch` as a process that is killed, on a directory and on a real S3 server.
@DisabledOnOs(OS.WINDOWS)
final class WatchProcessTest {
  @TempDir private Path home;
  private Path database;
  private Path store;
  private S3ProxyServer server;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void aDatabase() throws Exception {
    database = home.resolve("app.db");
    store = Files.createDirectories(home.resolve("store"));
  }

  @AfterEach
  void stop() {
    started.forEach(Process::destroyForcibly);
    if (server != null) {
      server.close();
    }
  }

  private Process start(Map<String, String> environment, Object... arguments) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(Jar.command(arguments)).redirectError(home.resolve("errors").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    // Whoever waits for a process that hangs reads the end of its output then, and fails.
    CompletableFuture.delayedExecutor(120, TimeUnit.SECONDS).execute(process::destroyForcibly);
    return process;
  }

  private int run(Map<String, String> environment, Object... arguments) throws Exception {
    Process process = start(environment, arguments);
    process.getInputStream().transferTo(System.out);
    return process.waitFor();
  }

  /// Reads events until one is as wanted, and returns it.
  private String await(BufferedReader events, Predicate<String> wanted) throws Exception {
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      if (wanted.test(line)) {
        return line;
      }
    }
    throw new AssertionError("the watcher ended: " + Files.readString(home.resolve("errors")));
  }

  private static boolean isShipped(String line) {
    return line.contains("\"event\":\"shipped\"");
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor())
        .isZero();
  }

  /// Signals, and reads on: a watcher whose events nobody reads waits for its reader.
  private static int endedBy(String signal, Process process, BufferedReader events)
      throws Exception {
    signal(process, signal);
    events.lines().forEach(_ -> {});
    return ended(process);
  }

  private static int ended(Process process) throws Exception {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /// I-1 for what was committed: a watcher that is killed loses nothing.
  private void killedAndStartedAgain(Map<String, String> environment, String where)
      throws Exception {
    try (Ledger ledger = new Ledger(database)) {
      ledger.write(50);
      for (int life = 0; life < 3; life++) {
        Process watcher = start(environment, "watch", database, "-b", where, "--json");
        BufferedReader events = watcher.inputReader(StandardCharsets.UTF_8);
        await(events, WatchProcessTest::isShipped);
        ledger.write(30);
        if (life > 0) {
          ledger.execute(life == 1 ? "DELETE FROM entry WHERE id % 3 = 0" : "VACUUM");
        }
        watcher.destroyForcibly();
        assertThat(ended(watcher)).isEqualTo(137);
        ledger.write(20);
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        ledger.write(5);
      }
      Process last = start(environment, "watch", database, "-b", where, "--json");
      BufferedReader events = last.inputReader(StandardCharsets.UTF_8);
      await(events, WatchProcessTest::isShipped);
      ledger.write(40);
      assertThat(endedBy("TERM", last, events))
          .as(Files.readString(home.resolve("errors")))
          .isZero();
    }
    Path copy = home.resolve("copy.db");
    assertThat(run(environment, "restore", "app", "-b", where, "-o", copy, "--check", "full"))
        .isZero();
    assertThat(Replicas.rows(copy)).isEqualTo(Replicas.rows(database));
    assertThat(run(environment, "verify", "app", "-b", where)).isZero();
  }

  @Test
  void aKilledWatcherLosesNothingInADirectory() throws Exception {
    killedAndStartedAgain(Map.of(), store.toString());
  }

  @Test
  void aKilledWatcherLosesNothingInABucket() throws Exception {
    server = S3ProxyServer.launch();
    server.bucket("backups");
    killedAndStartedAgain(server.environment(), "s3://backups/prod");
  }

  @Test
  void aSecondWatcherIsToldWhoHoldsTheDatabase() throws Exception {
    try (Ledger ledger = new Ledger(database)) {
      ledger.write(1);
      Process first = start(Map.of(), "watch", database, "-b", store, "--json");
      BufferedReader events = first.inputReader(StandardCharsets.UTF_8);
      await(events, WatchProcessTest::isShipped);
      assertThat(run(Map.of(), "watch", database, "-b", store)).isEqualTo(11);
      assertThat(endedBy("TERM", first, events)).isZero();
    }
  }

  /// What could not be shipped waits on the disk, and the status does not claim otherwise.
  @Test
  void theEndIsHonestWhenTheStoreIsAway() throws Exception {
    server = S3ProxyServer.launch();
    server.bucket("backups");
    Map<String, String> aws = server.environment();
    try (Ledger ledger = new Ledger(database)) {
      ledger.write(1);
      Process watcher =
          start(aws, "watch", database, "-b", "backups", "--json", "--shutdown-timeout", "1s");
      BufferedReader events = watcher.inputReader(StandardCharsets.UTF_8);
      await(events, WatchProcessTest::isShipped);
      server.close();
      ledger.write(10);
      await(events, line -> line.contains("\"event\":\"captured\""));
      signal(watcher, "TERM");
      await(
          events,
          line ->
              line.contains("\"event\":\"ended\"") && line.contains("\"unshippedDatabases\":1"));
      assertThat(ended(watcher)).isEqualTo(5);
    }
  }

  @Test
  void aSecondSignalEndsItAtOnce() throws Exception {
    server = S3ProxyServer.launch();
    server.bucket("backups");
    try (Ledger ledger = new Ledger(database)) {
      ledger.write(1);
      Process watcher =
          start(
              server.environment(),
              "watch",
              database,
              "-b",
              "backups",
              "--verbose",
              "--shutdown-timeout",
              "1h");
      Path errors = home.resolve("errors");
      while (!Files.readString(errors).contains("shipped 1")) {
        assertThat(watcher.isAlive()).as(Files.readString(errors)).isTrue();
        Thread.sleep(20);
      }
      server.close();
      ledger.write(1);
      signal(watcher, "TERM");
      while (!Files.readString(errors).contains("ending:")) {
        assertThat(watcher.isAlive()).as(Files.readString(errors)).isTrue();
        Thread.sleep(20);
      }
      signal(watcher, "TERM");
      assertThat(ended(watcher)).isEqualTo(143);
    }
  }

  @Test
  void aSnapshotIsOneObjectThatHoldsTheDatabase() throws Exception {
    try (Ledger ledger = new Ledger(database)) {
      ledger.write(40);
      assertThat(run(Map.of(), "snapshot", database, "-b", store)).isZero();
      ledger.write(10);
      assertThat(run(Map.of(), "snapshot", database, "-b", store)).isZero();
      Path copy = home.resolve("copy.db");
      Process plan = start(Map.of(), "restore", "app", "-b", store, "--dry-run");
      String text = new String(plan.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(text).contains("app.db/ltx/9/", "would fetch 1 objects");
      assertThat(run(Map.of(), "restore", "app", "-b", store, "-o", copy)).isZero();
      assertThat(Replicas.rows(copy)).isEqualTo(Replicas.rows(database));
      ledger.write(1);
      Process watcher = start(Map.of(), "watch", database, "-b", store, "--json");
      await(watcher.inputReader(StandardCharsets.UTF_8), WatchProcessTest::isShipped);
      assertThat(run(Map.of(), "snapshot", database, "-b", store)).isEqualTo(11);
    }
  }

  /// The oldest object is damaged: only who reads the watcher's copy gets through.
  @Test
  void aRestoreReadsLinksThatTheWatcherStillHas() throws Exception {
    try (Ledger ledger = new Ledger(database)) {
      ledger.write(5);
      Process watcher = start(Map.of(), "watch", database, "-b", store, "--json");
      BufferedReader events = watcher.inputReader(StandardCharsets.UTF_8);
      await(events, WatchProcessTest::isShipped);
      ledger.write(20);
      await(events, WatchProcessTest::isShipped);
      assertThat(endedBy("TERM", watcher, events)).isZero();
    }
    Path oldest;
    try (var links = Files.list(store.resolve("app.db/ltx/0"))) {
      oldest = links.filter(link -> link.toString().endsWith(".ltx")).sorted().toList().getFirst();
    }
    byte[] bytes = Files.readAllBytes(oldest);
    bytes[bytes.length / 2] ^= 1;
    Files.write(oldest, bytes);
    Path copy = home.resolve("copy.db");
    assertThat(run(Map.of(), "restore", "app", "-b", store, "-o", copy)).isEqualTo(7);
    Path spool = home.resolve(".app.db-seawall");
    assertThat(run(Map.of(), "restore", "app", "-b", store, "-o", copy, "--cache-dir", spool))
        .isZero();
    assertThat(Replicas.rows(copy)).isEqualTo(Replicas.rows(database));
  }

  @Test
  void manyDatabasesInOneProcess() throws Exception {
    List<Ledger> ledgers = new ArrayList<>();
    List<Object> command = new ArrayList<>(List.of("watch", "-b", store.toString(), "--json"));
    for (int i = 0; i < 20; i++) {
      Path path = home.resolve("db" + i + ".db");
      ledgers.add(new Ledger(path));
      ledgers.getLast().write(3);
      command.add("tenant-" + i + "=" + path);
    }
    Process watcher = start(Map.of(), command.toArray());
    BufferedReader events = watcher.inputReader(StandardCharsets.UTF_8);
    for (int shipped = 0; shipped < 20; shipped++) {
      await(events, WatchProcessTest::isShipped);
    }
    for (Ledger ledger : ledgers) {
      ledger.write(10);
    }
    assertThat(endedBy("INT", watcher, events))
        .as(Files.readString(home.resolve("errors")))
        .isZero();
    for (int i = 0; i < 20; i++) {
      Path copy = home.resolve("copy" + i + ".db");
      assertThat(run(Map.of(), "restore", "tenant-" + i, "-b", store, "-o", copy)).isZero();
      ledgers.get(i).close();
      assertThat(Replicas.rows(copy)).isEqualTo(Replicas.rows(home.resolve("db" + i + ".db")));
    }
  }
}
