// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The environment variables that the command reads, and no others. Immutable.
public final class Environment {
  /// Variables with settings of an S3 store, and the setting each one is; of two for one setting
  /// the first one counts.
  private static final Map<String, String> S3 =
      ordered(
          "AWS_ACCESS_KEY_ID", "access-key-id",
          "AWS_SECRET_ACCESS_KEY", "secret-access-key",
          "AWS_SESSION_TOKEN", "session-token",
          "AWS_ENDPOINT_URL_S3", "endpoint",
          "AWS_ENDPOINT_URL", "endpoint",
          "AWS_REGION", "region",
          "AWS_DEFAULT_REGION", "region",
          "AWS_CA_BUNDLE", "ca-bundle");

  private final Map<String, String> values;

  private Environment(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /// Returns the environment of this process.
  public static Environment ofProcess() {
    return new Environment(System.getenv());
  }

  /// Returns an environment of those variables.
  public static Environment of(Map<String, String> values) {
    return new Environment(values);
  }

  /// Returns the names of all variables that are read.
  public static List<String> names() {
    return List.copyOf(S3.keySet());
  }

  /// Returns the settings of an S3 store that the environment tells, by the keys of `S3Options`. An
  /// empty variable counts as absent, as everywhere with AWS.
  public Map<String, String> s3Settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    S3.forEach((variable, key) -> {
      @Nullable String value = values.get(variable);
      if (value != null && !value.isEmpty()) {
        settings.putIfAbsent(key, value);
      }
    });
    return settings;
  }

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
