// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

/// The page on which SQLite puts its file locks: never written, never stored, zeros when restored.
///
/// Source: SQLite's file format, section 1.5, "The Lock-Byte Page".
public final class LockPage {
  /// Where the lock bytes begin, in bytes from the start of a database.
  public static final long POSITION = 0x4000_0000L;

  private LockPage() {}

  /// Returns the number of the lock page for a page size in bytes. A database has it only if it is
  /// longer than 1 GiB.
  public static long number(int pageSize) {
    return POSITION / pageSize + 1;
  }
}
