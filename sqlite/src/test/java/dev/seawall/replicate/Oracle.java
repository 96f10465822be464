// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.sqlite.SQLiteConfig;

/// Real Litestream 0.5.17, asked whether it can restore what we wrote.
///
/// Its code comes from npm at test time (26 MB, kept in `.tools`, never committed). Without npm, or
/// on another platform than Linux on x86-64, tests that ask are skipped and say why.
final class Oracle {
  private static final String PACKAGE = "litestream-vfs-linux-amd64";
  private static final String VERSION = "0.5.17";
  private static final long FETCH_SECONDS = 90;
  private static final long RESTORE_SECONDS = 60;

  private static String refusal;

  private final Path library;

  private Oracle(Path library) {
    this.library = library;
  }

  /// Returns the oracle; skips the test without one.
  static synchronized Oracle orSkip() throws Exception {
    String root = System.getProperty("seawall.root", "..");
    Path folder = Path.of(root, ".tools", PACKAGE + "-" + VERSION).toAbsolutePath();
    Path library = folder.resolve("package/litestream-vfs.so");
    if (refusal == null && !Files.isRegularFile(library)) {
      refusal = fetch(folder);
    }
    assumeTrue(Files.isRegularFile(library), "skipped: Litestream's code is not here: " + refusal);
    return new Oracle(library);
  }

  // Returns why it could not be had; null when it is there.
  private static String fetch(Path folder) throws Exception {
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("os.arch").equals("amd64")) {
      return "it exists for Linux on x86-64 only";
    }
    Files.createDirectories(folder);
    try {
      String packed = run(folder, "npm", "pack", "--silent", PACKAGE + "@" + VERSION);
      if (packed != null) {
        return packed;
      }
      return run(folder, "tar", "-xzf", PACKAGE + "-" + VERSION + ".tgz");
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static String run(Path folder, String... command) throws Exception {
    Path out = folder.resolve("fetch.log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    if (!process.waitFor(FETCH_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return command[0] + " did not end within " + FETCH_SECONDS + " s";
    }
    return process.exitValue() == 0
        ? null
        : "npm cannot be reached: " + Files.readString(out, StandardCharsets.UTF_8).strip();
  }

  /// What it said, and the database it made.
  record Answer(boolean restored, String output, Path database) {}

  /// Lets Litestream restore a replica in its file layout.
  ///
  /// @param replica the directory that holds `ltx`
  /// @param work an empty directory
  Answer restore(Path replica, Path work) throws Exception {
    Files.createDirectories(work);
    Path database = work.resolve("hydrated.db");
    Path out = work.resolve("out");
    String classPath = where(OracleMain.class) + ":" + where(SQLiteConfig.class);
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xshare:auto",
                "-cp",
                classPath,
                OracleMain.class.getName(),
                library.toString(),
                work.resolve("log").toString())
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    // With a CA bundle in the environment 0.5.17 does not start.
    builder.environment().remove("AWS_CA_BUNDLE");
    builder.environment().put("LITESTREAM_REPLICA_URL", "file://" + replica.toAbsolutePath());
    builder.environment().put("LITESTREAM_HYDRATION_ENABLED", "true");
    builder.environment().put("LITESTREAM_HYDRATION_PATH", database.toString());
    builder.environment().put("LITESTREAM_LOG_FILE", work.resolve("log").toString());
    builder.environment().put("LITESTREAM_LOG_LEVEL", "debug");
    Process process = builder.start();
    boolean ended = process.waitFor(RESTORE_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String output = Files.readString(out, StandardCharsets.UTF_8);
    return new Answer(ended && process.exitValue() == 0, output, database);
  }

  private static Path where(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
