// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// The demo's result for people; the JSON has the same numbers.
final class DemoReport {
  private DemoReport() {}

  static void print(Output output, Map<String, Object> report) throws IOException {
    boolean holds = Boolean.TRUE.equals(of(report, "holds"));
    line(
        output,
        "Copied",
        "%,d files (%s) of %s, from %d threads, again and again",
        of(report, "files"),
        bytes(number(report, "bytes")),
        of(report, "source"),
        of(report, "threads"));
    if (number(report, "filesLeftOut") > 0) {
      line(
          output,
          "",
          "%,d files did not fit into 32 MiB and were left out",
          of(report, "filesLeftOut"));
    }
    line(
        output,
        "Killed",
        "%d times in %.1f s with SIGKILL, %d of them before the first append",
        of(report, "kills"),
        of(report, "killSeconds"),
        of(report, "killsBeforeAppending"));
    line(
        output,
        "Recovered",
        "%d times, the longest in %.1f ms; %d torn ends, %s cut (%d whole records that nobody was"
            + " promised)",
        of(report, "recoveries"),
        of(report, "recoveryMillisMax"),
        of(report, "tornRecoveries"),
        bytes(number(report, "tornBytes")),
        of(report, "droppedFrames"));
    line(
        output,
        "Proved",
        "%,d of %,d acknowledged records are there, byte for byte",
        of(report, "acknowledgedFound"),
        of(report, "acknowledged"));
    line(
        output,
        "",
        "%,d records in the log, each one appended once, in its thread's order: %s",
        of(report, "records"),
        holds ? "nothing else" : "see below");
    line(
        output,
        "",
        "%,d of %,d files put together again are equal to their source",
        of(report, "filesEqual"),
        of(report, "files"));
    complaints(output, report);
    pace(output, report);
  }

  static void printSqlite(Output output, Map<String, Object> report) throws IOException {
    output.text("");
    line(
        output,
        "SQLite",
        "%,d rows committed to a database while it was watched; writer and watcher killed",
        of(report, "committed"));
    line(
        output,
        "Restored",
        "%,d rows, one by one equal; %,d were told to be in the replica before the kill",
        of(report, "restoredAfterTheKill"),
        of(report, "shippedBeforeTheKill"));
    line(
        output,
        "",
        "%,d rows after the watcher had started again%s",
        of(report, "restoredAtTheEnd"),
        Boolean.TRUE.equals(of(report, "holds")) ? ": all of them" : "");
    complaints(output, report);
  }

  /// Prints what both acts came to.
  static void printEnd(Output output, Map<String, Object> end) throws IOException {
    output.text("");
    output.text(
        Boolean.TRUE.equals(of(end, "holds"))
            ? String.format(
                Locale.ROOT,
                "Every proof holds. %.1f s; log, database and replica: %s",
                decimal(end, "seconds"),
                of(end, "directory"))
            : "A PROOF FAILED. Everything is kept in " + of(end, "directory"));
  }

  private static void complaints(Output output, Map<String, Object> report) throws IOException {
    if (of(report, "complaints") instanceof List<?> complaints) {
      for (Object complaint : complaints) {
        line(output, "WRONG", "%s", complaint);
      }
    }
  }

  private static void pace(Output output, Map<String, Object> report) throws IOException {
    output.text("");
    output.text(
        String.format(
            Locale.ROOT,
            "Durable appends of %s bytes a second, on this disk and machine, as busy as it is now:",
            of(report, "recordBytes")));
    row(output, "plain file, write + force, 1 thread", number(report, "plainPerSecond"), "");
    row(
        output,
        "seawall, 1 thread",
        number(report, "onePerSecond"),
        ratio(decimal(report, "oneRatio")));
    row(
        output,
        "seawall, " + of(report, "threads") + " threads",
        number(report, "manyPerSecond"),
        ratio(decimal(report, "manyRatio")));
  }

  private static void row(Output output, String what, long perSecond, String ratio)
      throws IOException {
    output.text(
        String.format(Locale.ROOT, "  %-38s %,10d  %s", what, perSecond, ratio).stripTrailing());
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.1f x", value);
  }

  @SuppressWarnings("AnnotateFormatMethod") // The annotation would be one more dependency.
  private static void line(Output output, String head, String format, Object... arguments)
      throws IOException {
    output.text(
        String.format(Locale.ROOT, "%-10s ", head) + String.format(Locale.ROOT, format, arguments));
  }

  private static double decimal(Map<String, Object> report, String key) {
    return of(report, key) instanceof Number value ? value.doubleValue() : 0;
  }

  private static Object of(Map<String, Object> report, String key) {
    return Objects.requireNonNull(report.get(key), key);
  }

  private static long number(Map<String, Object> report, String key) {
    return of(report, key) instanceof Number value ? value.longValue() : 0;
  }

  /// Returns a number of bytes as people read it.
  static String bytes(long value) {
    if (value < 1 << 10) {
      return value + " B";
    }
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    double scaled = value / 1024.0;
    int unit = 0;
    while (scaled >= 1024 && unit < units.length - 1) {
      scaled /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", scaled, units[unit]);
  }
}
