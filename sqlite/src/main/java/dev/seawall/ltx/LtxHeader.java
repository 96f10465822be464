// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.nio.ByteBuffer;

/// The first 100 bytes of an LTX file. See the package documentation for positions and limits.
///
/// @param flags [#NO_CHECKSUM] or 0
/// @param pageSize bytes a page: a power of two, 512…65536
/// @param commit length of the database behind this file, in pages, below 2³²
/// @param minTxid first transaction, ≥ 1
/// @param maxTxid last transaction, ≥ `minTxid`
/// @param timestampMillis ms since 1970, UTC
/// @param preApplyChecksum database checksum before this file; 0 without tracking
/// @param walPosition where in SQLite's WAL the range began, in bytes; 0: not told
/// @param walBytes bytes of the WAL that the range covers
/// @param salt1 first salt of that WAL
/// @param salt2 second salt of that WAL
/// @param nodeId 0, or whatever another writer put there
public record LtxHeader(
    int flags,
    int pageSize,
    long commit,
    long minTxid,
    long maxTxid,
    long timestampMillis,
    long preApplyChecksum,
    long walPosition,
    long walBytes,
    int salt1,
    int salt2,
    long nodeId) {
  /// Length in bytes.
  public static final int BYTES = 100;

  /// The flag of a file without database checksums.
  public static final int NO_CHECKSUM = 2;

  static final int MAGIC = 0x4C545831;
  private static final int MIN_PAGE_SIZE = 512;
  private static final int MAX_PAGE_SIZE = 65536;

  /// Checks every limit that the format sets.
  ///
  /// @throws IllegalArgumentException that names the field, its value and its limit
  public LtxHeader {
    demand((flags & ~NO_CHECKSUM) == 0, "flags", flags, "0 or 2");
    demand(isPageSize(pageSize), "page size", pageSize, "a power of two from 512 to 65536");
    demand(commit >= 0 && commit <= 0xFFFF_FFFFL, "commit", commit, "below 2^32");
    demand(minTxid >= 1, "min txid", minTxid, "at least 1");
    demand(maxTxid >= minTxid, "max txid", maxTxid, "at least min txid " + minTxid);
    demand(walPosition >= 0, "WAL position", walPosition, "not negative");
    demand(walBytes >= 0, "WAL bytes", walBytes, "not negative");
    if (walPosition == 0) {
      demand(salt1 == 0 && salt2 == 0, "WAL position", 0, "set, as there are salts");
      demand(walBytes == 0, "WAL position", 0, "set, as there are WAL bytes");
    }
    if (minTxid == 1 || flags == NO_CHECKSUM) {
      demand(preApplyChecksum == 0, "pre-apply checksum", preApplyChecksum, "0");
    } else {
      demand(preApplyChecksum < 0, "pre-apply checksum", preApplyChecksum, "with bit 63 set");
    }
  }

  private static void demand(boolean held, String field, long value, String limit) {
    if (!held) {
      throw new IllegalArgumentException(field + " is " + value + ", must be " + limit);
    }
  }

  /// Returns whether `bytes` can be the size of a page.
  public static boolean isPageSize(int bytes) {
    return bytes >= MIN_PAGE_SIZE && bytes <= MAX_PAGE_SIZE && Integer.bitCount(bytes) == 1;
  }

  /// Returns the header of a file as we write it: without database checksums, position in the WAL
  /// not told.
  ///
  /// @throws IllegalArgumentException when a value is outside its limit
  public static LtxHeader of(
      int pageSize, long commit, long minTxid, long maxTxid, long timestampMillis) {
    return new LtxHeader(
        NO_CHECKSUM, pageSize, commit, minTxid, maxTxid, timestampMillis, 0, 0, 0, 0, 0, 0);
  }

  /// Returns this header with a place in SQLite's WAL.
  ///
  /// @param position in bytes, more than 0
  /// @param bytes how many bytes from there on
  public LtxHeader withWal(long position, long bytes, int firstSalt, int secondSalt) {
    return new LtxHeader(
        flags,
        pageSize,
        commit,
        minTxid,
        maxTxid,
        timestampMillis,
        preApplyChecksum,
        position,
        bytes,
        firstSalt,
        secondSalt,
        nodeId);
  }

  /// Returns whether the file holds every page.
  public boolean isSnapshot() {
    return minTxid == 1;
  }

  /// Returns whether the file carries database checksums.
  public boolean isTracked() {
    return flags == 0;
  }

  /// Returns the number of the page that is never stored.
  public long lockPage() {
    return LockPage.number(pageSize);
  }

  void encode(ByteBuffer to) {
    to.putInt(MAGIC);
    to.putInt(flags);
    to.putInt(pageSize);
    to.putInt((int) commit);
    to.putLong(minTxid);
    to.putLong(maxTxid);
    to.putLong(timestampMillis);
    to.putLong(preApplyChecksum);
    to.putLong(walPosition);
    to.putLong(walBytes);
    to.putInt(salt1);
    to.putInt(salt2);
    to.putLong(nodeId);
    to.put(new byte[20]);
  }

  static LtxHeader decode(ByteBuffer from, String resource) throws LtxException {
    int magic = from.getInt();
    if (magic != MAGIC) {
      boolean later = magic >>> 8 == MAGIC >>> 8;
      throw new LtxException(
          resource,
          later ? LtxException.Reason.TOO_NEW : LtxException.Reason.NOT_LTX,
          String.format("magic is 0x%08x, expected 0x%08x (LTX1)", magic, MAGIC),
          null);
    }
    int flags = from.getInt();
    if ((flags & ~NO_CHECKSUM) != 0) {
      throw new LtxException(
          resource,
          LtxException.Reason.TOO_NEW,
          String.format("flags are 0x%08x; only 0x2 (no checksums) is known", flags),
          null);
    }
    try {
      return new LtxHeader(
          flags,
          from.getInt(),
          from.getInt() & 0xFFFF_FFFFL,
          from.getLong(),
          from.getLong(),
          from.getLong(),
          from.getLong(),
          from.getLong(),
          from.getLong(),
          from.getInt(),
          from.getInt(),
          from.getLong());
    } catch (IllegalArgumentException e) {
      throw new LtxException(resource, LtxException.Reason.INVALID, "header: " + e.getMessage(), e);
    }
  }
}
