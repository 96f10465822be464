// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// CRC32C over bytes and memory. The calculator is a value on the stack after compilation.
public final class Checksums {
  private Checksums() {}

  /// Returns the CRC32C of part of an array.
  public static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /// Returns the CRC32C of part of a memory segment, heap or native.
  public static int crc32c(MemorySegment memory, long offset, long length) {
    CRC32C crc = new CRC32C();
    crc.update(memory.asSlice(offset, length).asByteBuffer());
    return (int) crc.getValue();
  }
}
