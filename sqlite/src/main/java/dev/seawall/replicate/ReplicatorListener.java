// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import java.io.IOException;

/// Is told what a replicator does, on threads of the machine; must be quick. What it throws ends
/// the replicator.
public interface ReplicatorListener {
  /// Listens to nothing.
  ReplicatorListener NONE = new ReplicatorListener() {};

  /// Transactions were captured and are durable in the local queue.
  ///
  /// @param txid of the link they are in
  /// @param transactions how many of SQLite's; 0 for a snapshot
  /// @param bytes length of the link
  /// @param seenMillis wall clock when the last of them was seen
  default void captured(long txid, long transactions, long bytes, long seenMillis) {}

  /// A link is in the replica, and all before it.
  ///
  /// @param seenMillis wall clock when its last commit was seen
  default void shipped(long txid, long bytes, long seenMillis) {}

  /// Every page was captured; told before [#captured].
  default void snapshot(long txid, SnapshotReason reason, long pages, long bytes) {}

  /// Something happened to the WAL that cannot be followed; a snapshot comes next.
  default void lost(SnapshotReason reason) {}

  /// A checkpoint of ours ended.
  ///
  /// @param busy whether somebody was in its way
  /// @param walFrames frames in the WAL then
  /// @param checkpointedFrames how many of them are in the database
  /// @param nanos how long writers had to wait for it at most
  default void checkpointed(
      CheckpointMode mode, boolean busy, long walFrames, long checkpointedFrames, long nanos) {}

  /// Links were merged into one of a higher level; level 9 is a snapshot.
  default void merged(int level, long first, long last, long bytes) {}

  /// Merged links of level 0 were removed from the replica.
  default void removed(int links) {}

  /// Somebody else holds the replica; it is waited for.
  default void waiting(String holder) {}

  /// A call to the store failed and is made again.
  ///
  /// @param failuresInARow this one included
  default void failed(IOException failure, int failuresInARow) {}

  /// So many calls failed that none is made for a while.
  default void breakerOpened() {}

  /// The database, or the disk of the queue, cannot be used at this moment; it is tried again.
  default void unavailable(IOException failure) {}

  /// The database can be used again.
  default void available() {}

  /// The WAL has grown past its limit, because a snapshot holds it, or because a reader or a busy
  /// writer keeps it from being checkpointed.
  default void walLarge(long bytes) {}

  /// The application writes with a version of SQLite that can corrupt a database when somebody else
  /// checkpoints it (before 3.51.3). Told once.
  default void oldSqlite(String version) {}

  /// The replicator has stopped for good: another owner has the replica, or what was promised is
  /// damaged. What waits stays in the queue.
  default void stopped(IOException reason) {}
}
