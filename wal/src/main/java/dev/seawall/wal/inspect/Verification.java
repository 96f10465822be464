// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import java.nio.file.Path;
import java.util.List;

/// Reads every byte of a log and says what is wrong with it. Takes no lock and changes no byte.
/// Stateless.
///
/// Checked are headers, every frame, the chain of frames and of segments, the density of indexes,
/// seals against what they seal, and sidecars against the segments that they are of. Damage is
/// reported, never thrown. Beside a running writer the last group may show as torn.
@SuppressWarnings("DoNotCallSuggester")
public final class Verification {
  private Verification() {}

  /// How bad a finding is.
  public enum Severity {
    /// Wrong or missing bytes where the log was durable.
    DAMAGE,
    /// Incomplete bytes behind the last promise: expected after a crash, cut by the next open.
    TORN,
    /// Worth knowing, and harmless: left-over files, useless sidecars.
    NOTE
  }

  /// One finding.
  ///
  /// @param severity how bad it is
  /// @param file where
  /// @param position where in the file, in bytes
  /// @param firstIndex the first record concerned; 0 when none or unknown
  /// @param lastIndex the last record concerned; 0 when none or unknown
  /// @param expected what should be there
  /// @param found what is there
  public record Finding(
      Severity severity,
      Path file,
      long position,
      long firstIndex,
      long lastIndex,
      String expected,
      String found) {}

  /// What a run found.
  ///
  /// @param findings in order of segment and position; at most 10 000
  /// @param omittedFindings how many more there were
  /// @param segments files that hold frames
  /// @param records intact records that belong to the log
  /// @param bytes read
  /// @param payloadBytes of the intact records
  /// @param tornBytes bytes behind the cut
  /// @param tornRecords whole record frames among them
  /// @param firstIndex the first record kept
  /// @param lastIndex the last record; `firstIndex - 1` when there is none
  /// @param durableIndex the last record before the highest promise
  public record Result(
      List<Finding> findings,
      long omittedFindings,
      long segments,
      long records,
      long bytes,
      long payloadBytes,
      long tornBytes,
      long tornRecords,
      long firstIndex,
      long lastIndex,
      long durableIndex) {
    public Result {
      findings = List.copyOf(findings);
    }

    /// Returns whether nothing that was durable is damaged.
    public boolean intact() {
      return findings.stream().noneMatch(finding -> finding.severity() == Severity.DAMAGE);
    }
  }

  /// Verifies a log.
  ///
  /// @throws NotALogException when the path is missing, not a directory, or holds no log of the
  ///   prefix
  /// @throws StorageException when the directory cannot be listed
  public static Result run(
      Path directory, WalOptions options, Machine machine, ProgressListener progress)
      throws WalException, StorageException {
    throw new UnsupportedOperationException();
  }
}
