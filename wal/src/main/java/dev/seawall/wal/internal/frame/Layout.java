// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Offsets and sizes of the format, in bytes.
public final class Layout {
  /// Little-endian u64 at any alignment.
  public static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Little-endian u32 at any alignment.
  public static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Little-endian u16 at any alignment.
  public static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// The unit of writes.
  public static final int BLOCK = 4096;

  /// Where the first frame of a segment stands.
  public static final int FIRST_FRAME = BLOCK;

  /// Length of a frame header.
  public static final int HEADER = 40;

  /// Length of a GROUP or MARK frame.
  public static final int GROUP_FRAME = HEADER + 24;

  /// Length of a SEAL frame.
  public static final int SEAL_FRAME = HEADER + 56;

  /// Length of an EPOCH frame.
  public static final int EPOCH_FRAME = HEADER + 24;

  /// Length of a CUT frame.
  public static final int CUT_FRAME = HEADER + 56;

  /// Length of a STATE frame without pins.
  public static final int STATE_FRAME_MIN = HEADER + 16 + 9 * 8 + 8;

  /// The longest payload of a record that the format allows; options may ask for less when
  /// appending, never when reading.
  public static final long MAX_PAYLOAD = 1L << 30;

  /// The most pins a log has.
  public static final int MAX_PINS = 64;

  /// The longest name of a pin, in UTF-8 bytes.
  public static final int MAX_PIN_NAME = 64;

  /// The longest STATE frame.
  public static final int STATE_FRAME_MAX = STATE_FRAME_MIN + MAX_PINS * (16 + MAX_PIN_NAME);

  /// Flag of a RECORD: the last of its batch.
  public static final int FLAG_BATCH_END = 1;

  /// Flag of a MARK: the log was closed behind it.
  public static final int FLAG_CLOSED = 2;

  /// Flag of a RECORD: its payload is wrapped, see [Wrap].
  public static final int FLAG_WRAPPED = 4;

  static final int CHECKSUM_AT = 0;
  static final int LENGTH_AT = 8;
  static final int TYPE_AT = 12;
  static final int FLAGS_AT = 13;
  static final int RESERVED_AT = 14;
  static final int PAYLOAD_CRC_AT = 16;
  static final int EPOCH_AT = 20;
  static final int INDEX_AT = 24;
  static final int TIMESTAMP_AT = 32;

  private Layout() {}

  /// Returns the length of a frame with a payload of this length: header, payload, padding to a
  /// multiple of 8.
  public static long frameBytes(long payloadLength) {
    return HEADER + ((payloadLength + 7) & ~7L);
  }

  /// Rounds down to a block boundary.
  public static long blockFloor(long position) {
    return position & -BLOCK;
  }

  /// Rounds up to a block boundary.
  public static long blockCeiling(long position) {
    return (position + BLOCK - 1) & -BLOCK;
  }
}
