// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/// What is measured: a file of `key = value` lines; lists are separated by commas.
final class Config {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "workloads", "load",
          "tools", "seawall,litestream",
          "stores", "s3",
          "databases", "1",
          "writes", "50",
          "seconds", "40",
          "warmup", "5",
          "idle", "0",
          "payload", "1024",
          "flags", "");

  private final String name;
  private final Properties values = new Properties();

  private Config(String name) {
    this.name = name;
  }

  /// Returns the file's name without its extension.
  String name() {
    return name;
  }

  static Config read(Path file) throws IOException {
    Path last = Objects.requireNonNull(file.getFileName(), "a file");
    Config config = new Config(last.toString().replaceFirst("\\.properties$", ""));
    try (Reader reader = Files.newBufferedReader(file)) {
      config.values.load(reader);
    }
    return config.checked();
  }

  /// Everything once, in a minute: shows that it works, its figures mean nothing.
  static Config quick() {
    Config config = new Config("quick");
    config.values.putAll(
        Map.of(
            "workloads", "load,lag,restore,start,idle",
            "stores", "directory,s3",
            "databases", "2",
            "writes", "20",
            "seconds", "4",
            "warmup", "1",
            "idle", "1",
            "megabytes", "2"));
    return config.checked();
  }

  private Config checked() {
    Set<String> known = new TreeSet<>(DEFAULTS.keySet());
    known.add("megabytes");
    known.add("increments");
    known.add("compare");
    for (String key : values.stringPropertyNames()) {
      if (!known.contains(key)) {
        throw new IllegalArgumentException("unknown key '" + key + "'; known are " + known);
      }
    }
    return this;
  }

  private String text(String key, String otherwise) {
    return values.getProperty(key, DEFAULTS.getOrDefault(key, otherwise)).strip();
  }

  List<String> list(String key) {
    return Arrays.stream(text(key, "").split(",", -1)).map(String::strip).toList();
  }

  List<Integer> numbers(String key) {
    return list(key).stream().map(Integer::parseInt).toList();
  }

  int number(String key, int otherwise) {
    return Integer.parseInt(text(key, Integer.toString(otherwise)));
  }

  /// Returns whether a store has to count the calls it gets.
  boolean countsCalls() {
    return list("workloads").contains("idle");
  }

  /// Returns words added to `seawall watch`.
  List<String> flags() {
    String text = text("flags", "");
    return text.isEmpty() ? List.of() : List.of(text.split(" +", -1));
  }
}
