// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The name of a segment file: `<prefix>-<created millis>-<segment number>.log`, or `…-pre.log`
/// while it is prepared.
///
/// The number orders the files, never the text and never the clock. Names that do not match exactly
/// are foreign and are left alone.
///
/// @param prefix of the log
/// @param createdMillis wall clock; information only
/// @param number the segment number, from 1
/// @param prepared whether the file is still being prepared
public record SegmentName(String prefix, long createdMillis, long number, boolean prepared) {
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");
  private static final Pattern TAIL = Pattern.compile("-(\\d{1,18})-(\\d{1,18})(-pre)?\\.log");

  public SegmentName {
    checkPrefix(prefix);
    if (number < 1) {
      throw new IllegalArgumentException("segment number " + number);
    }
  }

  /// Refuses prefixes that could leave the directory or be mistaken.
  public static void checkPrefix(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "prefix '" + prefix + "': expected 1 to 63 letters, digits, '_' or '-'");
    }
  }

  /// Reads a file name; empty when it is not one of this log's.
  public static Optional<SegmentName> parse(String prefix, String fileName) {
    if (!fileName.startsWith(prefix)) {
      return Optional.empty();
    }
    Matcher tail = TAIL.matcher(fileName).region(prefix.length(), fileName.length());
    if (!tail.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(tail.group(2));
    if (number < 1) {
      return Optional.empty();
    }
    return Optional.of(
        new SegmentName(prefix, Long.parseLong(tail.group(1)), number, tail.group(3) != null));
  }

  /// Returns the same name after preparation.
  public SegmentName ready() {
    return new SegmentName(prefix, createdMillis, number, false);
  }

  /// Returns the file name.
  public String fileName() {
    return prefix + "-" + createdMillis + "-" + number + (prepared ? "-pre" : "") + ".log";
  }
}
