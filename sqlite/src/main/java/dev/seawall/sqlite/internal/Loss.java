// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

/// Why a WAL cannot be followed any more: something happened that nobody can tell what it changed.
/// The answer is a new snapshot, and an event that says which of these it was.
public enum Loss {
  /// Another file stands at the database's path.
  DATABASE_REPLACED,
  /// The database left WAL mode.
  JOURNAL_MODE_CHANGED,
  /// The WAL was restarted by somebody when that could not happen: the pin was lost, or was not
  /// held.
  WAL_RESTARTED,
  /// The WAL is gone, or shorter than what was read of it.
  WAL_CUT,
  /// A commit that was read stands there no more: its sync had failed, and another one took its
  /// place.
  COMMIT_REPLACED,
  /// The page size changed.
  PAGE_SIZE_CHANGED
}
