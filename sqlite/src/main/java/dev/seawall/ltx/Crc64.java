// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// CRC-64/GO-ISO, eight bytes a step. Confined to one thread.
///
/// Source: Go's `hash/crc64` with `crc64.ISO`; the tables are built as in "slicing by 8" (Kounavis
/// and Berry, 2005).
final class Crc64 {
  /// Set in every checksum of an LTX file, so that 0 can mean "none".
  static final long CHECKSUM_FLAG = 1L << 63;

  private static final long POLYNOMIAL = 0xD800_0000_0000_0000L;
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long[][] TABLES = tables();

  private long state = -1;

  private static long[][] tables() {
    long[][] tables = new long[8][256];
    for (int i = 0; i < 256; i++) {
      long crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
      }
      tables[0][i] = crc;
    }
    for (int i = 0; i < 256; i++) {
      for (int table = 1; table < 8; table++) {
        long before = tables[table - 1][i];
        tables[table][i] = (before >>> 8) ^ tables[0][(int) before & 0xFF];
      }
    }
    return tables;
  }

  /// Starts again.
  void reset() {
    state = -1;
  }

  /// Adds bytes.
  void update(byte[] bytes, int from, int length) {
    long crc = state;
    int at = from;
    int end = from + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      crc ^= (long) WORD.get(bytes, at);
      crc =
          TABLES[7][(int) crc & 0xFF]
              ^ TABLES[6][(int) (crc >>> 8) & 0xFF]
              ^ TABLES[5][(int) (crc >>> 16) & 0xFF]
              ^ TABLES[4][(int) (crc >>> 24) & 0xFF]
              ^ TABLES[3][(int) (crc >>> 32) & 0xFF]
              ^ TABLES[2][(int) (crc >>> 40) & 0xFF]
              ^ TABLES[1][(int) (crc >>> 48) & 0xFF]
              ^ TABLES[0][(int) (crc >>> 56)];
    }
    for (; at < end; at++) {
      crc = TABLES[0][((int) crc ^ bytes[at]) & 0xFF] ^ (crc >>> 8);
    }
    state = crc;
  }

  /// Returns the plain CRC of what was added.
  long value() {
    return ~state;
  }

  /// Returns the CRC as LTX stores it: bit 63 set.
  long checksum() {
    return value() | CHECKSUM_FLAG;
  }
}
