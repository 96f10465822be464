// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

/// What SQLite is asked about a restored database before it gets its name.
public enum IntegrityCheck {
  /// Nothing: the files' checksums and the count of pages are all.
  NONE,
  /// `PRAGMA quick_check`: every page's structure, without comparing indexes with tables.
  QUICK,
  /// `PRAGMA integrity_check`.
  FULL
}
