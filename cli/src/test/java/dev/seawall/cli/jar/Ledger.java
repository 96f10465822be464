// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.jar;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/// An application with a SQLite database of rows that can be told apart.
final class Ledger implements AutoCloseable {
  private final Connection connection;
  private final Random random = new Random(7);
  private long next = 1;

  Ledger(Path database) throws SQLException {
    connection = DriverManager.getConnection("jdbc:sqlite:" + database);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout=5000");
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=NORMAL");
      statement.execute("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, v BLOB)");
      try (ResultSet last = statement.executeQuery("SELECT max(id) FROM entry")) {
        next = last.getLong(1) + 1;
      }
    }
  }

  /// Commits so many transactions of one row.
  void write(int transactions) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO entry VALUES (?, ?)")) {
      for (int i = 0; i < transactions; i++) {
        byte[] value = new byte[random.nextInt(2000)];
        random.nextBytes(value);
        insert.setLong(1, next++);
        insert.setBytes(2, value);
        insert.executeUpdate();
      }
    }
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
