// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;

/// A process that commits rows to a SQLite database, one a transaction, until it is killed, and
/// prints the number of each and the wall clock in milliseconds when its commit had returned.
final class SqliteWriter {
  private static final int MAX_VALUE_BYTES = 900;

  private SqliteWriter() {}

  public static void main(String[] args) throws SQLException, InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    try (Connection connection = open(args[0]);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=NORMAL");
      statement.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, value BLOB)");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO entry VALUES (?, ?)")) {
        for (long id = 1; ; id++) {
          insert.setLong(1, id);
          insert.setBytes(2, value(id));
          insert.executeUpdate();
          out.println(id + " " + System.currentTimeMillis());
          Thread.sleep(1);
        }
      }
    }
  }

  static Connection open(String path) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout=5000");
    }
    return connection;
  }

  /// Returns what the row of this number holds.
  static byte[] value(long id) {
    SplittableRandom random = new SplittableRandom(id);
    byte[] value = new byte[random.nextInt(MAX_VALUE_BYTES)];
    random.nextBytes(value);
    return value;
  }
}
