// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.demo;

import dev.seawall.archive.store.DirectoryObjectStore;
import dev.seawall.cli.ops.ChildJvm;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.replicate.IntegrityCheck;
import dev.seawall.replicate.Restore;
import dev.seawall.replicate.RestoreOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A SQLite database is written to by one process and watched by another one; both are killed; what
/// the replica holds is compared with what was committed. Then the watcher starts again, and the
/// replica must hold everything. Used by one thread, closed by any.
public final class SqliteAct implements AutoCloseable {
  private static final String NAME = "demo.db";
  private static final Pattern SEEN =
      Pattern.compile("\"event\":\"shipped\".*\"seen\":\"([^\"]+)\"");

  private final Class<?> command;
  private final Path database;
  private final Path store;
  private final Path errors;
  private final Path home;
  private final List<Long> commitMillis = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private final List<Process> started = new ArrayList<>();
  private volatile long seenMillis;

  /// @param command the command's own main class
  /// @param home an existing directory; databases and replica go below it
  /// @param store an existing directory for the replica
  public SqliteAct(Class<?> command, Path home, Path store) {
    this.command = command;
    this.home = home;
    this.database = home.resolve(NAME);
    this.store = store;
    this.errors = home.resolve("sqlite-errors.txt");
  }

  /// Plays it; returns what came of it: `holds`, and figures.
  public Map<String, Object> play(int seconds)
      throws IOException, InterruptedException, SQLException {
    Process writer = start(SqliteWriter.class, List.of(database.toString()));
    BufferedReader commits = writer.inputReader(StandardCharsets.US_ASCII);
    note(commits.readLine());
    Process watcher = start(command, watch());
    Thread events = follow(watcher);
    Thread acknowledgements = reader("demo-commits", commits, this::note);
    TimeUnit.SECONDS.sleep(seconds);
    watcher.destroyForcibly();
    writer.destroyForcibly();
    watcher.waitFor();
    writer.waitFor();
    events.join();
    acknowledgements.join();
    long shipped = commitMillis.stream().filter(millis -> millis < seenMillis).count();
    Path copy = home.resolve("restored-after-the-kill.db");
    restore(copy);
    long restored = compare(copy);
    if (restored < shipped) {
      complaints.add(shipped + " rows were told to be in the replica, " + restored + " are");
    }
    Process again = start(command, watch());
    Thread rest = follow(again);
    awaitShipment(again, seenMillis);
    again.destroy();
    if (!again.waitFor(60, TimeUnit.SECONDS) || again.exitValue() != 0) {
      complaints.add("the second watcher did not end well; see " + errors);
    }
    rest.join();
    Path last = home.resolve("restored-at-the-end.db");
    restore(last);
    long all = compare(last);
    if (all < commitMillis.size() || all != compare(database)) {
      complaints.add(
          commitMillis.size() + " rows were committed, " + all + " are in the replica at the end");
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("act", "sqlite");
    report.put("holds", complaints.isEmpty());
    report.put("committed", commitMillis.size());
    report.put("shippedBeforeTheKill", shipped);
    report.put("restoredAfterTheKill", restored);
    report.put("restoredAtTheEnd", all);
    report.put("complaints", List.copyOf(complaints));
    return report;
  }

  private List<String> watch() {
    return List.of("watch", database.toString(), "-b", store.toString(), "--json");
  }

  private synchronized Process start(Class<?> main, List<String> arguments) throws IOException {
    Process process = ChildJvm.start(ChildJvm.classPath(), main, arguments, errors);
    started.add(process);
    return process;
  }

  private void awaitShipment(Process watcher, long before)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    // Writers are dead: the first shipment of the new watcher has all they committed.
    while (seenMillis == before) {
      if (!watcher.isAlive() || System.nanoTime() - start > TimeUnit.MINUTES.toNanos(1)) {
        complaints.add("the second watcher shipped nothing; see " + errors);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private interface Line {
    void take(String line);
  }

  private Thread follow(Process watcher) {
    return reader(
        "demo-events",
        watcher.inputReader(StandardCharsets.UTF_8),
        line -> {
          Matcher shipped = SEEN.matcher(line);
          if (shipped.find()) {
            seenMillis = Math.max(seenMillis, Instant.parse(shipped.group(1)).toEpochMilli());
          }
        });
  }

  private static Thread reader(String name, BufferedReader lines, Line action) {
    return Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              action.take(line);
            }
          } catch (IOException _) {
            // The pipe of a killed process may break instead of ending.
          }
        });
  }

  // A line that the kill cut short is no acknowledgement.
  private void note(@org.jspecify.annotations.Nullable String line) {
    String[] words = line == null ? new String[0] : line.split(" ", -1);
    if (words.length == 2 && words[1].length() == 13) {
      commitMillis.add(Long.parseLong(words[1]));
    }
  }

  private void restore(Path copy) throws IOException {
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    try (ObjectStore objects = DirectoryObjectStore.open(machine, store)) {
      RestoreOptions options = RestoreOptions.defaults().withCheck(IntegrityCheck.FULL);
      var _ = Restore.from(machine, objects, NAME, options).to(copy);
    } finally {
      machine.scheduler().close();
    }
  }

  /// Returns how many rows a database has; they must be 1, 2, 3 … with what each of them holds.
  private long compare(Path file) throws SQLException {
    try (Connection connection = SqliteWriter.open(file.toString());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, value FROM entry ORDER BY id")) {
      long count = 0;
      while (rows.next()) {
        count++;
        if (rows.getLong(1) != count
            || !Arrays.equals(rows.getBytes(2), SqliteWriter.value(count))) {
          complaints.add(file.getFileName() + ": row " + count + " is missing or changed");
          return count - 1;
        }
      }
      return count;
    }
  }

  /// Kills what was started.
  @Override
  public void close() {
    kill();
  }

  /// Kills what was started; from any thread.
  public synchronized void kill() {
    started.forEach(Process::destroyForcibly);
  }
}
