// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import java.nio.file.Path;
import java.util.List;

/// Copies what is intact of a damaged log into a new one, and writes down what was lost. The
/// damaged log is not changed. Stateless.
///
/// Records keep their order, bytes, timestamps and batches. A new log's indexes are dense from 1
/// on, so records behind a loss get other indexes than they had; the manifest [#MANIFEST] in the
/// new directory maps them. It is written last: a directory without it is an unfinished salvage.
@SuppressWarnings("DoNotCallSuggester")
public final class Salvage {
  /// The name of the manifest.
  public static final String MANIFEST = "SALVAGE.json";

  private Salvage() {}

  /// Records that were copied without a gap.
  ///
  /// @param firstIndex of the first, in the damaged log
  /// @param lastIndex of the last, in the damaged log
  /// @param newFirstIndex of the first, in the new log
  public record Kept(long firstIndex, long lastIndex, long newFirstIndex) {}

  /// What was lost in one place.
  ///
  /// @param firstIndex the first record lost; 0 when no record is known to be missing there
  /// @param lastIndex the last record lost; 0 when that is not known
  /// @param file the file, by name
  /// @param position where the damage begins, in bytes
  /// @param bytes that could not be used
  /// @param why in words
  public record Lost(
      long firstIndex, long lastIndex, String file, long position, long bytes, String why) {}

  /// What a run did.
  ///
  /// @param records copied
  /// @param payloadBytes copied
  /// @param kept which records, in order
  /// @param lost what is missing, in order
  /// @param manifest the file that says the same
  public record Result(
      long records, long payloadBytes, List<Kept> kept, List<Lost> lost, Path manifest) {
    public Result {
      kept = List.copyOf(kept);
      lost = List.copyOf(lost);
    }
  }

  /// Salvages a log. Needs memory for the largest batch.
  ///
  /// @param directory the damaged log
  /// @param outDirectory for the new one: missing, or empty
  /// @throws NotALogException when `directory` is missing, not a directory, or holds no log
  /// @throws StorageException when `outDirectory` is not missing or empty, or the disk fails
  /// @throws InterruptedException when the caller is interrupted; the copy is unfinished then
  public static Result run(
      Path directory,
      Path outDirectory,
      WalOptions options,
      Machine machine,
      ProgressListener progress)
      throws WalException, StorageException, InterruptedException {
    throw new UnsupportedOperationException();
  }
}
