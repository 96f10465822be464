// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

/// A commit end in one WAL: what was read ends here, and reading goes on here.
///
/// @param salt1 first salt of the WAL
/// @param salt2 second salt
/// @param position behind the last frame of the last transaction, in bytes; of the first frame,
///   when none was read
/// @param checksum1 running checksum there, first word
/// @param checksum2 second word
public record WalCursor(int salt1, int salt2, long position, int checksum1, int checksum2) {
  /// Returns the cursor in front of the first frame.
  public static WalCursor start(SqliteWalHeader header) {
    return new WalCursor(
        header.salt1(),
        header.salt2(),
        SqliteWalHeader.BYTES,
        header.checksum1(),
        header.checksum2());
  }

  /// Returns whether nothing of this WAL was read.
  public boolean isAtStart() {
    return position == SqliteWalHeader.BYTES;
  }
}
