// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal.link;

import dev.seawall.archive.internal.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// What is known to be in the replica. Immutable.
///
/// @param first first number of the newest link there
/// @param last its last number
/// @param post hash chain after it
public record SpoolPosition(long first, long last, String post) {
  /// Length of the file.
  public static final int BYTES = 128;

  private static final byte[] MAGIC = "SWPOSN\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int CHECKSUM_AT = 96;

  /// Returns the bytes of the file.
  public byte[] encode() {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    buffer.put(MAGIC).putShort((short) 1).putShort((short) 0).putInt(0);
    buffer.putLong(first).putLong(last).put(HexFormat.of().parseHex(post));
    byte[] body = Arrays.copyOf(buffer.array(), CHECKSUM_AT);
    buffer.position(CHECKSUM_AT).put(Sha256.digest().digest(body));
    return buffer.array();
  }

  /// Reads the bytes of a file; null when they are none of this version, since the replica knows
  /// better.
  public static @Nullable SpoolPosition decode(byte[] bytes) {
    if (bytes.length != BYTES) {
      return null;
    }
    byte[] sum = Sha256.digest().digest(Arrays.copyOf(bytes, CHECKSUM_AT));
    if (!Arrays.equals(sum, Arrays.copyOfRange(bytes, CHECKSUM_AT, BYTES))) {
      return null;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte[] magic = new byte[MAGIC.length];
    buffer.get(magic);
    if (!Arrays.equals(magic, MAGIC) || buffer.getShort() != 1 || buffer.getShort() != 0) {
      return null;
    }
    buffer.getInt();
    long first = buffer.getLong();
    long last = buffer.getLong();
    byte[] post = new byte[Sha256.BYTES];
    buffer.get(post);
    return first < 1 || last < first
        ? null
        : new SpoolPosition(first, last, HexFormat.of().formatHex(post));
  }
}
