// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

/// Why every page of a database was captured anew.
public enum SnapshotReason {
  /// The replica was empty.
  FIRST,
  /// The replica is there, and nothing local says where it was left: another machine or another
  /// program wrote it, or the spool is gone.
  TAKEN_OVER,
  /// While nobody followed it, the WAL was restarted, emptied or removed: what came in between is
  /// in the database only.
  AWAY,
  /// Another file stands at the database's path.
  DATABASE_REPLACED,
  /// The database had left WAL mode.
  JOURNAL_MODE_CHANGED,
  /// Somebody else's checkpoint restarted the WAL although it was pinned.
  WAL_RESTARTED,
  /// The WAL is gone, or shorter than what was read of it.
  WAL_CUT,
  /// A commit that was shipped stands there no more: its sync had failed, and another one took its
  /// place.
  COMMIT_REPLACED,
  /// The page size changed.
  PAGE_SIZE_CHANGED
}
