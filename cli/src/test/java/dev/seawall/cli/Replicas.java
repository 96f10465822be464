// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/// A directory with replicas that Litestream wrote.
public final class Replicas {
  private static final Path RESOURCES =
      Path.of(System.getProperty("seawall.root", ".."), "sqlite/src/test/resources/litestream");

  private final Path store;

  public Replicas(Path store) throws IOException {
    this.store = Files.createDirectories(store);
  }

  public Path store() {
    return store;
  }

  /// Copies a replica of 0.5.17: transactions 1 to 4.
  public Path add(String name) throws IOException {
    return copy("v0.5.17-file-replica", name);
  }

  /// Copies a replica of 0.3.13 without its damaged generation.
  public Path addOld(String name) throws IOException {
    return copy("v0.3.13-file-replica", name);
  }

  /// Returns the place of one link.
  public Path link(String name, int level, long first, long last) {
    return store.resolve(name + "/ltx/%d/%016x-%016x.ltx".formatted(level, first, last));
  }

  /// Compares a database with what Litestream's restore made of the replica of 0.5.17.
  public static void assertRestored(Path database) throws SQLException {
    assertThat(rows(database))
        .isEqualTo(rows(RESOURCES.resolve("v0.5.17-file-replica.expected.db")));
  }

  /// Returns how many rows all tables have, and the name of each.
  public static String rows(Path database) throws SQLException {
    StringBuilder text = new StringBuilder();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        var statement = connection.createStatement()) {
      try (ResultSet check = statement.executeQuery("PRAGMA integrity_check")) {
        assertThat(check.next()).isTrue();
        assertThat(check.getString(1)).isEqualTo("ok");
      }
      List<String> tables = new java.util.ArrayList<>();
      try (ResultSet names =
          statement.executeQuery("SELECT name FROM sqlite_schema WHERE type='table' ORDER BY 1")) {
        while (names.next()) {
          tables.add(names.getString(1));
        }
      }
      for (String table : tables) {
        try (ResultSet rows = statement.executeQuery("SELECT * FROM \"" + table + "\"")) {
          text.append(table).append('\n');
          while (rows.next()) {
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
              text.append(rows.getString(i)).append('|');
            }
            text.append('\n');
          }
        }
      }
    }
    return text.toString();
  }

  private Path copy(String from, String name) throws IOException {
    Path source = RESOURCES.resolve(from);
    Path target = store.resolve(name);
    try (var files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.toString().contains("a1a00f10993e53a3")) {
          Path copy = target.resolve(source.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
    return target;
  }
}
