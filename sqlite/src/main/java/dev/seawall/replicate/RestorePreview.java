// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.objects.ObjectKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a restore would fetch and where it would end. Immutable.
///
/// @param format which kind of replica it is
/// @param objects what is fetched, in the order in which it applies
/// @param bytes the sum of their lengths as stored
/// @param txid the transaction it ends behind; 0 for [Format#GENERATIONS], which have none
/// @param time when the last commit of that transaction was seen; null unless a time was asked for
/// @param nextTime when that of the next transaction was seen that could be restored; null unless a
///   time was asked for and there is one
public record RestorePreview(
    Format format,
    List<ObjectKey> objects,
    long bytes,
    long txid,
    @Nullable Instant time,
    @Nullable Instant nextTime) {

  /// Which kind of replica.
  public enum Format {
    /// LTX files, of Litestream 0.5 or of ours.
    LTX,
    /// Generations of Litestream 0.3.
    GENERATIONS
  }

  /// Copies the list.
  public RestorePreview {
    objects = List.copyOf(objects);
  }
}
