// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The header of the wal-index (`-shm`): how far SQLite itself believes its WAL.
///
/// It is written in the byte order of the machine, but for the salts, which are copied from the WAL
/// as they stand there. Source: `WalIndexHdr` and `walIndexTryHdr` in `src/wal.c`.
///
/// @param mxFrame number of the last frame of the last committed transaction; 0 when none
/// @param backfilled number of the last frame that is in the database; it is written without
///   checksum and moves by itself
/// @param pages length of the database in pages
/// @param salt1 first salt of the WAL that this is about
/// @param salt2 second salt
public record WalIndex(long mxFrame, long backfilled, long pages, int salt1, int salt2) {
  /// Bytes to read from the start of `-shm`: both copies, and the first word of `WalCkptInfo`.
  public static final int BYTES = 100;

  private static final int COPY_BYTES = 48;
  private static final int CHECKED_BYTES = 40;
  private static final ValueLayout.OfInt NATIVE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  /// Returns what stands there; null when it is not initialised, or is being written: then read it
  /// again.
  public static @Nullable WalIndex parse(MemorySegment bytes) {
    if (bytes.byteSize() < BYTES
        || MemorySegment.mismatch(bytes, 0, COPY_BYTES, bytes, COPY_BYTES, 2 * COPY_BYTES) != -1
        || bytes.get(NATIVE, 0) != SqliteWalHeader.VERSION
        || bytes.get(ValueLayout.JAVA_BYTE, 12) == 0) {
      return null;
    }
    WalChecksum checksum = new WalChecksum(ByteOrder.nativeOrder());
    checksum.update(bytes, 0, CHECKED_BYTES);
    if (!checksum.is(bytes.get(NATIVE, 40), bytes.get(NATIVE, 44))) {
      return null;
    }
    return new WalIndex(
        bytes.get(NATIVE, 16) & 0xFFFF_FFFFL,
        bytes.get(NATIVE, 96) & 0xFFFF_FFFFL,
        bytes.get(NATIVE, 20) & 0xFFFF_FFFFL,
        bytes.get(SqliteWalHeader.U32, 32),
        bytes.get(SqliteWalHeader.U32, 36));
  }

  /// Returns whether everything in the WAL is in the database: a reader that begins now reads that
  /// only, and the next writer may restart the WAL.
  public boolean isBackfilled() {
    return backfilled >= mxFrame;
  }

  /// Returns whether it is about the WAL of that header.
  public boolean isOf(SqliteWalHeader header) {
    return salt1 == header.salt1() && salt2 == header.salt2();
  }
}
