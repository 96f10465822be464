// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;

/// CRC32C over bytes and memory, by the JDK's calculator: a value on the stack, if the JIT sees
/// that it goes nowhere. In the long path of a leading append it often does not, so the few bytes
/// of a control frame, one of which stands behind each group, take a table.
public final class Checksums {
  private static final int SHORT = 64;
  private static final int[] TABLE = table();

  private Checksums() {}

  /// Returns the CRC32C of part of an array.
  public static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /// Returns the CRC32C of part of a memory segment, heap or native.
  public static int crc32c(MemorySegment memory, long offset, long length) {
    if (length <= SHORT) {
      return ofShort(memory, offset, (int) length);
    }
    CRC32C crc = new CRC32C();
    crc.update(memory.asSlice(offset, length).asByteBuffer());
    return (int) crc.getValue();
  }

  private static int ofShort(MemorySegment memory, long offset, int length) {
    int crc = -1;
    for (int i = 0; i < length; i++) {
      crc = TABLE[(crc ^ memory.get(ValueLayout.JAVA_BYTE, offset + i)) & 0xFF] ^ crc >>> 8;
    }
    return ~crc;
  }

  /// The reflected Castagnoli polynomial's remainders of one byte (RFC 3720, B.4).
  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ (0x82F6_3B78 & -(crc & 1));
      }
      table[i] = crc;
    }
    return table;
  }
}
