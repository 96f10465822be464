// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.replicate.RestoreTarget;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How far a restore goes, in the words of a command line.
final class PointInTime {
  @Option(
      names = "--txid",
      paramLabel = "N",
      description = "Exactly behind this transaction; `seawall list NAME` shows which there are.")
  private @Nullable String txid;

  @Option(
      names = "--timestamp",
      paramLabel = "TIME",
      description =
          "Behind the newest transaction that was seen at or before this time: 2026-11-21T09:00:00Z."
              + " Prints which time that is, and the next one.")
  private @Nullable String timestamp;

  @Option(
      names = "--point-in-time",
      paramLabel = "POINT",
      description = "Either of both: txid:N, N, or a time.")
  private @Nullable String point;

  PointInTime() {}

  /// Returns the target; the latest state when nothing was asked for.
  ///
  /// @throws CommandFailure when it cannot be read
  RestoreTarget target() {
    if (txid != null) {
      return txid("--txid", txid);
    }
    if (timestamp != null) {
      return time("--timestamp", timestamp);
    }
    String either = point;
    if (either == null) {
      return RestoreTarget.latest();
    }
    if (either.startsWith("txid:")) {
      return txid("--point-in-time", either.substring("txid:".length()));
    }
    boolean number = !either.isEmpty() && either.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? txid("--point-in-time", either) : time("--point-in-time", either);
  }

  private static RestoreTarget txid(String option, String text) {
    try {
      return RestoreTarget.txid(Long.parseLong(text));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.USAGE, option + " " + text + ": expected a number from 1 on", e);
    }
  }

  private static RestoreTarget time(String option, String text) {
    try {
      return RestoreTarget.time(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          option
              + " "
              + text
              + ": "
              + (isLocal(text)
                  ? "in which time zone? Add Z for UTC, or an offset such as +02:00"
                  : "expected a transaction's number (--txid) or a time such as "
                      + "2026-11-21T09:00:00Z"),
          e);
    }
  }

  private static boolean isLocal(String text) {
    try {
      return LocalDateTime.parse(text).isAfter(LocalDateTime.MIN);
    } catch (DateTimeException _) {
      return false;
    }
  }

  /// Returns a time as this command prints it, null as null.
  static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
