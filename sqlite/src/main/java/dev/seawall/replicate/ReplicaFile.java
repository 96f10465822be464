// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.objects.ObjectKey;
import dev.seawall.ltx.LtxName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One LTX file of a replica, as a listing tells it.
///
/// @param key its object
/// @param level 0 to 9
/// @param name its range of transactions
/// @param bytes its length as stored
/// @param modified when the store took it; null where a store does not know
public record ReplicaFile(
    ObjectKey key, int level, LtxName name, long bytes, @Nullable Instant modified) {
  /// The level of snapshots.
  public static final int SNAPSHOT_LEVEL = 9;
}
