// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Percentiles, and what one cell of the matrix has found, in the order of its keys.
final class Figures {
  private final Map<String, Object> values = new LinkedHashMap<>();

  Figures put(String key, Object value) {
    values.put(key, value instanceof Double number ? rounded(number) : value);
    return this;
  }

  /// Adds p50, p90, p99 and the greatest of some values.
  ///
  /// @param scale what a value is divided by
  Figures percentiles(String key, long[] samples, double scale) {
    if (samples.length > 0) {
      long[] sorted = samples.clone();
      Arrays.sort(sorted);
      put(key + "_p50", at(sorted, 0.50) / scale);
      put(key + "_p90", at(sorted, 0.90) / scale);
      put(key + "_p99", at(sorted, 0.99) / scale);
      put(key + "_max", sorted[sorted.length - 1] / scale);
    }
    return this;
  }

  private static long at(long[] sorted, double part) {
    return sorted[(int) Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
  }

  Map<String, Object> values() {
    return values;
  }

  private static double rounded(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.3f", value));
  }
}
