// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.nio.ByteBuffer;

/// The rolling checksum of a whole database: the XOR of its pages' checksums, so that it follows a
/// changed page in one step. Confined to one thread.
///
/// The lock page does not count; leave it out.
public final class DatabaseChecksum {
  private final Crc64 crc = new Crc64();
  private final byte[] header = new byte[4];
  private byte[] copy = new byte[0];
  private long value = Crc64.CHECKSUM_FLAG;

  /// Makes the checksum of an empty database.
  public DatabaseChecksum() {}

  /// Returns the checksum of one page.
  ///
  /// @param number the page's number, from 1
  /// @param page its bytes; position and limit do not change
  public long ofPage(long number, ByteBuffer page) {
    int length = page.remaining();
    if (copy.length < length) {
      copy = new byte[length];
    }
    page.get(page.position(), copy, 0, length);
    return ofPage(number, copy, length);
  }

  long ofPage(long number, byte[] page, int length) {
    ByteBuffer.wrap(header).putInt((int) number);
    crc.reset();
    crc.update(header, 0, header.length);
    crc.update(page, 0, length);
    return crc.checksum();
  }

  /// Puts a page in or takes it out: twice is not at all.
  ///
  /// @param pageChecksum what [#ofPage] said of its bytes
  public void toggle(long pageChecksum) {
    value = (value ^ pageChecksum) | Crc64.CHECKSUM_FLAG;
  }

  /// Returns the checksum; bit 63 is always set.
  public long value() {
    return value;
  }
}
