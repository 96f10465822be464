// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// One figure.
///
/// @param subject what was measured
/// @param backend how files were written: a backend's name, or `plain`
/// @param parallel operations in flight, or threads
/// @param bytes of one operation
/// @param perSecond operations a second
/// @param medianMicros the median time of one
/// @param slowMicros the time that one in a hundred takes longer than
public record Measurement(
    Subject subject,
    String backend,
    int parallel,
    int bytes,
    double perSecond,
    double medianMicros,
    double slowMicros) {
  /// What was measured.
  public enum Subject {
    /// A file that grows by each write, forced after each: what one does without a log.
    GROWING_FILE("plain file that grows, write and fdatasync"),
    /// Durable writes over blocks that were written before: what the log does.
    PREPARED_BLOCKS("durable writes over prepared blocks"),
    /// Durable appends of single records.
    LOG_RECORDS("log, durable records"),
    /// Durable appends of batches.
    LOG_BATCHES("log, durable batches of 1 KiB records");

    private final String words;

    Subject(String words) {
      this.words = words;
    }

    /// Returns what a reader of the table needs.
    public String words() {
      return words;
    }
  }

  /// Makes one from the time each operation took.
  static Measurement of(
      Subject subject, String backend, int parallel, int bytes, long[] nanos, long elapsedNanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Measurement(
        subject,
        backend,
        parallel,
        bytes,
        elapsedNanos <= 0 ? 0 : sorted.length * 1e9 / elapsedNanos,
        at(sorted, 0.5),
        at(sorted, 0.99));
  }

  private static double at(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) (share * (sorted.length - 1))] / 1e3;
  }

  /// Returns whether the other one is a figure for the same thing.
  public boolean isLike(Measurement other) {
    return subject == other.subject
        && backend.equals(other.backend)
        && parallel == other.parallel
        && bytes == other.bytes;
  }

  /// Returns how many bytes a second, in millions.
  public double megabytesPerSecond() {
    return perSecond * bytes / 1e6;
  }

  /// Returns the same for programs.
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("subject", subject.name().toLowerCase(Locale.ROOT));
    fields.put("backend", backend);
    fields.put("parallel", parallel);
    fields.put("bytes", bytes);
    fields.put("perSecond", Math.round(perSecond));
    fields.put("megabytesPerSecond", Math.round(megabytesPerSecond() * 100) / 100.0);
    fields.put("medianMicros", Math.round(medianMicros * 10) / 10.0);
    fields.put("p99Micros", Math.round(slowMicros * 10) / 10.0);
    return fields;
  }
}
