// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.SplittableRandom;

/// One database and its writer: one insert a transaction, as applications are told to do it (WAL,
/// `synchronous=NORMAL`, SQLite's own automatic checkpoints). Confined to one thread at a time.
final class Application implements AutoCloseable {
  private final String name;
  private final Path path;
  private final Connection connection;
  private final PreparedStatement insert;
  private final SplittableRandom random;
  private final byte[] payload;
  private final Written written = new Written();

  Application(String name, Path path, int payloadBytes) throws SQLException {
    this.name = name;
    this.path = path;
    this.random = new SplittableRandom(name.hashCode());
    this.payload = new byte[payloadBytes];
    this.connection = DriverManager.getConnection("jdbc:sqlite:" + path);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout=10000");
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=NORMAL");
      statement.execute("CREATE TABLE w (id INTEGER PRIMARY KEY, micros INTEGER, v BLOB)");
    }
    insert = connection.prepareStatement("INSERT INTO w VALUES (?, ?, ?)");
  }

  String name() {
    return name;
  }

  Path path() {
    return path;
  }

  Written written() {
    return written;
  }

  /// Commits one row.
  void write() throws SQLException {
    random.nextBytes(payload);
    insert.setLong(1, written.rows() + 1L);
    insert.setLong(2, micros());
    insert.setBytes(3, payload);
    long start = System.nanoTime();
    insert.executeUpdate();
    long nanos = System.nanoTime() - start;
    written.add(micros(), nanos);
  }

  /// Commits many rows in one transaction.
  void fill(int rows) throws SQLException {
    connection.setAutoCommit(false);
    for (int i = 0; i < rows; i++) {
      write();
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  static long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  @Override
  public void close() throws SQLException {
    insert.close();
    connection.close();
  }
}
