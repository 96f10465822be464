// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// The names and limits of metadata. Thread-safe.
public final class ObjectMetadata {
  /// The SHA-256 of the stored bytes, 64 lower-case hexadecimal digits; stores add it.
  public static final String SHA256 = "seawall-sha256";

  /// The most bytes that all keys and values of one object have together; S3's limit.
  public static final int MAX_BYTES = 2048;

  private ObjectMetadata() {}

  /// Returns a copy with keys in lower case.
  ///
  /// @throws IllegalArgumentException when a key or value is not printable ASCII without white
  ///   space at its ends, when two keys are one, or when all together are too long
  public static Map<String, String> normalised(Map<String, String> metadata) {
    Map<String, String> copy = new HashMap<>();
    int bytes = 0;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      String key = entry.getKey().toLowerCase(Locale.ROOT);
      String value = entry.getValue();
      if (!key.matches("[a-z0-9][a-z0-9._-]*")) {
        throw new IllegalArgumentException("metadata key '" + key + "' is not a plain word");
      }
      if (!isPlain(value)) {
        throw new IllegalArgumentException("metadata " + key + " is not printable ASCII");
      }
      if (copy.put(key, value) != null) {
        throw new IllegalArgumentException("metadata key '" + key + "' stands there twice");
      }
      bytes += key.length() + value.length();
    }
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "metadata of " + bytes + " bytes, the limit is " + MAX_BYTES);
    }
    return Map.copyOf(copy);
  }

  private static boolean isPlain(String value) {
    return value.chars().allMatch(c -> c >= ' ' && c < 0x7f)
        && value.strip().length() == value.length();
  }
}
