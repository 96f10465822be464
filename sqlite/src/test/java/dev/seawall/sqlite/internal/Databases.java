// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Real databases for tests. Files are copied by another process: closing a file of a database here
/// would drop the locks of this one.
public final class Databases {
  private Databases() {}

  /// Opens a connection that never checkpoints by itself.
  public static Connection open(Path database) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
    run(connection, "PRAGMA busy_timeout = 5000");
    return connection;
  }

  /// Makes a database in WAL mode.
  public static Connection create(Path database, int pageSize) throws SQLException {
    Connection connection = open(database);
    run(
        connection,
        "PRAGMA page_size = " + pageSize,
        "PRAGMA journal_mode = wal",
        "PRAGMA wal_autocheckpoint = 0",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
    return connection;
  }

  /// Runs statements.
  public static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /// Inserts rows of a number of random bytes, each in a transaction of its own.
  public static void insert(Connection connection, int rows, int bytes) throws SQLException {
    for (int i = 0; i < rows; i++) {
      run(connection, "INSERT INTO t(v) VALUES (randomblob(" + bytes + "))");
    }
  }

  /// Returns the first row of a query as numbers.
  public static List<Long> row(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<Long> row = new ArrayList<>();
      for (int i = 1; result.next() && i <= result.getMetaData().getColumnCount(); i++) {
        for (; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getLong(i));
        }
      }
      return row;
    }
  }

  /// Returns the first value of a query as text.
  public static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getString(1) : "";
    }
  }

  /// Returns a digest of all rows of `t`.
  public static String digest(Connection connection) throws SQLException {
    return text(
        connection,
        "SELECT count(*) || ':' || coalesce(sum(id), 0) || ':' || coalesce(group_concat(h, ''), '')"
            + " FROM (SELECT id, hex(substr(v, 1, 8)) AS h FROM t ORDER BY id)");
  }

  /// Copies files by another process; one that is missing is left out.
  public static void copy(Path from, Path to) throws Exception {
    if (Files.exists(from)) {
      process("cp", from.toString(), to.toString());
    }
  }

  /// Returns the bytes that the database would have after a full checkpoint of everything
  /// committed, made in a copy.
  public static byte[] checkpointed(Path database, Path folder) throws Exception {
    Path copy = Files.createDirectories(folder).resolve("copy.db");
    Files.deleteIfExists(copy);
    Files.deleteIfExists(wal(copy));
    Files.deleteIfExists(shm(copy));
    copy(database, copy);
    copy(wal(database), wal(copy));
    try (Connection connection = open(copy)) {
      assertThat(row(connection, "PRAGMA wal_checkpoint(TRUNCATE)").getFirst()).isZero();
    }
    return Files.readAllBytes(copy);
  }

  /// Returns the path of the WAL.
  public static Path wal(Path database) {
    return database.resolveSibling(database.getFileName() + "-wal");
  }

  /// Returns the path of the wal-index.
  public static Path shm(Path database) {
    return database.resolveSibling(database.getFileName() + "-shm");
  }

  /// Runs SQL in the `sqlite3` shell: another process, another version of SQLite. Returns what it
  /// printed.
  public static String shell(Path database, String sql) throws Exception {
    return process("sqlite3", "-cmd", ".timeout 5000", database.toString(), sql);
  }

  /// Returns whether the `sqlite3` shell is there.
  public static boolean hasShell() {
    try {
      return new ProcessBuilder("sqlite3", "-version").start().waitFor() == 0;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Runs a program to its end.
  public static String process(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command) + "\n" + out).isZero();
    return out.strip();
  }
}
