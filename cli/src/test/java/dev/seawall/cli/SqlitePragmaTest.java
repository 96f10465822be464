// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `seawall pragma`: real SQLite takes what it prints.
final class SqlitePragmaTest {
  @TempDir private Path home;

  @Test
  void sqliteTakesEveryStatement() throws Exception {
    Path file = home.resolve("pragma.sql");
    assertThat(Run.of("pragma", "--comments", "-o", file).status()).isZero();
    assertThat(Files.readString(file)).contains("-- ");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("d"));
        Statement statement = connection.createStatement()) {
      for (String line : Run.of("pragma").lines()) {
        statement.execute(line);
      }
      Map<String, String> expected =
          Map.of(
              "journal_mode", "wal",
              "synchronous", "1",
              "wal_autocheckpoint", "0",
              "page_size", "4096",
              "cache_size", "-64000",
              "busy_timeout", "5000",
              "mmap_size", "268435456");
      for (Map.Entry<String, String> each : expected.entrySet()) {
        try (ResultSet value = statement.executeQuery("PRAGMA " + each.getKey())) {
          assertThat(value.getString(1)).as(each.getKey()).isEqualTo(each.getValue());
        }
      }
    }
  }

  @Test
  void aFileIsNotOverwritten() throws Exception {
    Path file = Files.writeString(home.resolve("x"), "mine");
    assertThat(Run.of("pragma", "-o", file).status()).isEqualTo(2);
    assertThat(file).hasContent("mine");
    assertThat(Run.of("pragma", "--json").out()).contains("\"journal_mode\":\"WAL\"");
  }
}
