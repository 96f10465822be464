// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;

/// The check by SQLite itself. Thread-safe.
///
/// Opened as *immutable*: no locks, no `-wal`, no `-shm`, also for a database whose header says WAL
/// mode.
public final class JdbcDatabaseCheck implements DatabaseCheck {
  private static final String FINE = "ok";

  /// Makes one.
  public JdbcDatabaseCheck() {}

  @Override
  public List<String> run(Path database, boolean full) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    String url = "jdbc:sqlite:" + database.toUri() + "?immutable=1";
    try (Connection connection = config.createConnection(url);
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(full ? "PRAGMA integrity_check" : "PRAGMA quick_check")) {
      List<String> faults = new ArrayList<>();
      while (result.next()) {
        String line = result.getString(1);
        if (!FINE.equals(line)) {
          faults.add(line);
        }
      }
      return faults;
    } catch (SQLException e) {
      throw new IOException("SQLite cannot read " + database + ": " + e.getMessage(), e);
    }
  }
}
