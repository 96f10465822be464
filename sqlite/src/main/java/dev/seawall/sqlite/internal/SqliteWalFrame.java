// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import static dev.seawall.sqlite.internal.SqliteWalHeader.U32;

import java.lang.foreign.MemorySegment;

/// A frame's header, not yet believed.
///
/// @param page page number, unsigned
/// @param commit length of the database in pages if the frame ends a transaction, else 0
/// @param salt1 must be the WAL header's
/// @param salt2 must be the WAL header's
/// @param checksum1 first word of the running checksum, this frame included
/// @param checksum2 second word
public record SqliteWalFrame(
    long page, long commit, int salt1, int salt2, int checksum1, int checksum2) {
  /// Length of the header in bytes; a page follows.
  public static final int HEADER_BYTES = 24;

  /// The part of it that the running checksum covers.
  static final int CHECKED_BYTES = 8;

  /// Reads the fields from the first [#HEADER_BYTES] behind `at`.
  public static SqliteWalFrame parse(MemorySegment bytes, long at) {
    return new SqliteWalFrame(
        bytes.get(U32, at) & 0xFFFF_FFFFL,
        bytes.get(U32, at + 4) & 0xFFFF_FFFFL,
        bytes.get(U32, at + 8),
        bytes.get(U32, at + 12),
        bytes.get(U32, at + 16),
        bytes.get(U32, at + 20));
  }

  boolean isOf(SqliteWalHeader header) {
    return salt1 == header.salt1() && salt2 == header.salt2();
  }
}
