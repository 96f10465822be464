// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A look at a replicator. Immutable.
///
/// @param state where it is
/// @param txid newest transaction id that is durable here; 0 when none is
/// @param shippedTxid newest one that is in the replica; 0 when none is
/// @param snapshotTxid newest one that a snapshot of level 9 of this replicator ends at; 0 when
///   none
/// @param pendingLinks how many links wait to be shipped
/// @param pendingBytes their length
/// @param walBytes length of SQLite's WAL at the last look
/// @param seenMillis wall clock when the newest commit was seen; 0 before the first
/// @param oldestPendingMillis wall clock when the oldest commit was seen that waits; 0 when none
/// @param holder who holds the replica while it is waited for; null otherwise
/// @param failuresInARow of calls to the store; 0 when all is well
/// @param problem the last failure while there is one: of the store, the database or the disk; the
///   reason when it has stopped
public record ReplicatorStatus(
    State state,
    long txid,
    long shippedTxid,
    long snapshotTxid,
    int pendingLinks,
    long pendingBytes,
    long walBytes,
    long seenMillis,
    long oldestPendingMillis,
    @Nullable String holder,
    int failuresInARow,
    @Nullable IOException problem) {

  /// Where a replicator is.
  public enum State {
    /// It asks the replica where it ends, or waits for its lease.
    STARTING,
    /// The database cannot be used: it is missing, locked, or not in WAL mode. Tried again.
    UNAVAILABLE,
    /// Every page is being captured.
    SNAPSHOT,
    /// Commits are captured as they come.
    FOLLOWING,
    /// Nothing is captured, because too much waits to be shipped, or the disk is full.
    HELD_UP,
    /// Stopped for good, or closed.
    STOPPED
  }

  /// Returns whether everything captured is in the replica.
  public boolean isShipped() {
    return txid > 0 && pendingLinks == 0;
  }

  /// Returns for how long the oldest commit that waits has waited, in milliseconds.
  public long lagMillis(long nowMillis) {
    return oldestPendingMillis == 0 ? 0 : Math.max(0, nowMillis - oldestPendingMillis);
  }
}
