// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.config.Environment;
import dev.seawall.cli.ops.FileBucket;
import dev.seawall.cli.ops.LocalFiles;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/// Lets the short verbs run once each, on a small database, a directory and a bucket of this
/// process: a JVM that writes down the classes it loads meanwhile has all that they need.
/// `./seawall` makes its archive of classes so. Prints nothing of theirs.
final class Rehearsal {
  private Rehearsal() {}

  /// Rehearses in a directory that is empty; the status is 0 when every verb ended with 0.
  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]);
    Path database = home.resolve("app.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, value TEXT)");
      statement.execute("INSERT INTO entry (value) VALUES ('one'), ('two'), ('three')");
    }
    Path replicas = home.resolve("replicas");
    LocalFiles.createDirectories(replicas);
    Map<String, String> none = Map.of();
    run(none, "snapshot", database.toString(), "-b", replicas.toString());
    reading(none, home.resolve("copy.db"), replicas.toString());
    Map<String, Path> objects = new TreeMap<>();
    for (Path file : LocalFiles.sources(replicas)) {
      // In a directory app.db/ltx/9/NAME is what is p/app.db/0009/NAME in a bucket.
      Path level = file.getParent();
      if (level != null && file.toString().endsWith(".ltx")) {
        objects.put("p/app.db/000" + level.getFileName() + "/" + file.getFileName(), file);
      }
    }
    try (FileBucket bucket = FileBucket.open(objects)) {
      Map<String, String> aws =
          Map.of(
              "AWS_ENDPOINT_URL_S3", bucket.endpoint(),
              "AWS_ACCESS_KEY_ID", "rehearsal",
              "AWS_SECRET_ACCESS_KEY", "rehearsal",
              "AWS_REGION", "us-east-1");
      reading(aws, home.resolve("other.db"), "s3://rehearsal/p");
    }
    run(none, "version");
    run(none, "restore", "--help");
    System.exit(0);
  }

  private static void reading(Map<String, String> environment, Path output, String where) {
    run(environment, "list", "-b", where);
    run(environment, "list", "app.db", "-b", where, "--json");
    run(environment, "restore", "app.db", "-b", where, "-o", output.toString());
    run(environment, "verify", "app.db", "-b", where);
  }

  private static void run(Map<String, String> environment, String... verb) {
    OutputStream nowhere = OutputStream.nullOutputStream();
    Session session =
        new Session(
            InputStream.nullInputStream(),
            nowhere,
            new PrintStream(nowhere, false, StandardCharsets.UTF_8),
            false,
            false,
            Environment.of(environment));
    int status = Main.run(session, verb);
    if (status != 0) {
      throw new IllegalStateException(String.join(" ", verb) + " ended with " + status);
    }
  }
}
