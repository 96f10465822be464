// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs the repository's scripts with an environment of the test's own making.
final class Shell {
  /// What a script did.
  record Outcome(int exit, String out, String err) {}

  private final Map<String, String> environment = new HashMap<>();
  private final Path scratch;

  Shell(Path scratch) {
    this.scratch = scratch;
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("HOME", scratch.resolve("home").toString());
  }

  Shell with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Process start(Path out, Path err, Path folder, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start();
  }

  Outcome run(Path folder, String... command) throws Exception {
    Path out = Files.createTempFile(scratch, "out", "");
    Path err = Files.createTempFile(scratch, "err", "");
    Process process = start(out, err, folder, List.of(command));
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after 60 s: " + List.of(command));
    }
    return new Outcome(process.exitValue(), read(out), read(err));
  }

  static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8).strip();
  }

  /// Writes an executable file, making its folders.
  static Path script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /// A folder that looks like a JDK; its `java` prints its process id and its arguments, one a
  /// line.
  static Path fakeJdk(Path home, String version) throws IOException {
    script(home.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"pid $$\" \"$@\"\n");
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  /// A PATH of only these tools (those the machine has): a machine without any JDK. Small scripts,
  /// not links, because JUnit warns about every link it deletes.
  static String pathOf(Path bin, String... tools) throws IOException {
    Files.createDirectories(bin);
    for (String tool : tools) {
      for (String folder : List.of("/usr/bin", "/bin")) {
        Path real = Path.of(folder, tool);
        if (Files.exists(real) && !Files.exists(bin.resolve(tool))) {
          script(bin.resolve(tool), "#!/bin/sh\nexec " + real + " \"$@\"\n");
        }
      }
    }
    return bin.toString();
  }
}
