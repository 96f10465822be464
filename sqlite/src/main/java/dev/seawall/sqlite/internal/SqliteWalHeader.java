// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.ltx.LtxHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A valid WAL header. See the package documentation.
///
/// @param bigEndianChecksums whether checksum words are big-endian
/// @param pageSize bytes a page
/// @param checkpointSequence counts checkpoints; information only
/// @param salt1 grows by one at each restart
/// @param salt2 random
/// @param checksum1 first word that the first frame's checksum goes on from
/// @param checksum2 second word
public record SqliteWalHeader(
    boolean bigEndianChecksums,
    int pageSize,
    int checkpointSequence,
    int salt1,
    int salt2,
    int checksum1,
    int checksum2) {
  /// Length in bytes.
  public static final int BYTES = 32;

  /// The version that every SQLite since 3.7.0 writes.
  public static final int VERSION = 3007000;

  private static final int MAGIC = 0x377f0682;
  private static final int CHECKED_BYTES = 24;

  static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /// Returns the header that stands in `bytes`; null when they are none, whatever the reason: a WAL
  /// without valid header holds nothing.
  ///
  /// @param bytes the first [#BYTES] of the file, or fewer
  public static @Nullable SqliteWalHeader parse(MemorySegment bytes) {
    if (bytes.byteSize() < BYTES) {
      return null;
    }
    int magic = bytes.get(U32, 0);
    int pageSize = bytes.get(U32, 8);
    if ((magic & ~1) != MAGIC || bytes.get(U32, 4) != VERSION || !LtxHeader.isPageSize(pageSize)) {
      return null;
    }
    boolean big = (magic & 1) != 0;
    WalChecksum checksum = new WalChecksum(order(big));
    checksum.update(bytes, 0, CHECKED_BYTES);
    int first = bytes.get(U32, 24);
    int second = bytes.get(U32, 28);
    if (!checksum.is(first, second)) {
      return null;
    }
    return new SqliteWalHeader(
        big, pageSize, bytes.get(U32, 12), bytes.get(U32, 16), bytes.get(U32, 20), first, second);
  }

  private static ByteOrder order(boolean big) {
    return big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  WalChecksum newChecksum() {
    return new WalChecksum(order(bigEndianChecksums));
  }

  /// Returns the length of a frame in bytes.
  public long frameBytes() {
    return SqliteWalFrame.HEADER_BYTES + (long) pageSize;
  }

  /// Returns where the frame of a number begins; the first frame is 1.
  public long position(long frame) {
    return BYTES + (frame - 1) * frameBytes();
  }

  /// Returns the number of the last whole frame before a position; 0 when there is none.
  public long frameBefore(long position) {
    return (position - BYTES) / frameBytes();
  }

  /// Returns whether it has the salts of a cursor.
  public boolean isOf(WalCursor cursor) {
    return salt1 == cursor.salt1() && salt2 == cursor.salt2();
  }
}
