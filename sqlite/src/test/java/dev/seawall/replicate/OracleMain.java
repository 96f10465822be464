// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/// A process with real Litestream code in it: lets it restore a replica into a whole local database
/// ("hydration"), through the planner and the compactor that `litestream restore` uses.
///
/// Replica and output are in the environment, which Litestream reads at its start. A Go runtime
/// lives in this process, so it is halted, never ended.
public final class OracleMain {
  private OracleMain() {}

  public static void main(String[] args) {
    int exit = 1;
    try {
      SQLiteConfig config = new SQLiteConfig();
      config.enableLoadExtension(true);
      try (Connection memory = config.createConnection("jdbc:sqlite::memory:");
          Statement statement = memory.createStatement()) {
        statement.execute("SELECT load_extension('" + args[0] + "')");
        hydrate(args);
        exit = 0;
      }
    } catch (Exception e) {
      System.out.println("failed: " + e);
    }
    System.out.flush();
    Runtime.getRuntime().halt(exit);
  }

  private static void hydrate(String[] args) throws Exception {
    // Not closed: Litestream may still be at work in it when we halt.
    Connection connection =
        DriverManager.getConnection("jdbc:sqlite:file:oracle.db?vfs=litestream&mode=ro");
    try (Statement statement = connection.createStatement()) {
      statement.executeQuery("SELECT count(*) FROM sqlite_schema").close();
      // Its progress does not reach 100 when a database shrank; its log says how it ended.
      while (true) {
        String log = Files.readString(Path.of(args[1]), StandardCharsets.UTF_8);
        if (log.contains("hydration complete")) {
          return;
        }
        if (log.contains("hydration failed")) {
          throw new IllegalStateException(log.substring(log.indexOf("hydration failed")));
        }
        Thread.sleep(10);
      }
    }
  }
}
