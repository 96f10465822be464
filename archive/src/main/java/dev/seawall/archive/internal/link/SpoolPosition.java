// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal.link;

import dev.seawall.archive.internal.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known to be in the replica. Immutable.
///
/// @param first first number of the newest link there
/// @param last its last number
/// @param post hash chain after it
/// @param metadata of that link; its file may be gone
public record SpoolPosition(long first, long last, String post, Map<String, String> metadata) {
  /// The least length of the file.
  public static final int LEAST_BYTES = 128;

  /// The greatest length of the file.
  public static final int MOST_BYTES = LEAST_BYTES + LinkFooter.MAX_ATTRIBUTE_BYTES;

  private static final byte[] MAGIC = "SWPOSN\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int CHECKSUM_AT = 96;

  /// Copies the metadata.
  public SpoolPosition {
    metadata = Map.copyOf(metadata);
  }

  /// Returns the bytes of the file.
  public byte[] encode() {
    byte[] attributes = LinkFooter.attributes(metadata);
    ByteBuffer buffer = ByteBuffer.allocate(LEAST_BYTES + attributes.length);
    buffer.put(MAGIC).putShort((short) 1).putShort((short) 0).putInt(attributes.length);
    buffer.putLong(first).putLong(last).put(HexFormat.of().parseHex(post));
    buffer.put(LEAST_BYTES, attributes);
    buffer.position(CHECKSUM_AT).put(checksum(buffer.array()));
    return buffer.array();
  }

  private static byte[] checksum(byte[] file) {
    var digest = Sha256.digest();
    digest.update(file, 0, CHECKSUM_AT);
    digest.update(file, LEAST_BYTES, file.length - LEAST_BYTES);
    return digest.digest();
  }

  /// Reads the bytes of a file; null when they are none of this version, since the replica knows
  /// better.
  public static @Nullable SpoolPosition decode(byte[] bytes) {
    if (bytes.length < LEAST_BYTES
        || !Arrays.equals(checksum(bytes), Arrays.copyOfRange(bytes, CHECKSUM_AT, LEAST_BYTES))) {
      return null;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte[] magic = new byte[MAGIC.length];
    buffer.get(magic);
    if (!Arrays.equals(magic, MAGIC) || buffer.getShort() != 1 || buffer.getShort() != 0) {
      return null;
    }
    int attributes = buffer.getInt();
    long first = buffer.getLong();
    long last = buffer.getLong();
    byte[] post = new byte[Sha256.BYTES];
    buffer.get(post);
    if (first < 1 || last < first || attributes != bytes.length - LEAST_BYTES) {
      return null;
    }
    try {
      byte[] rest = Arrays.copyOfRange(bytes, LEAST_BYTES, bytes.length);
      return new SpoolPosition(
          first, last, HexFormat.of().formatHex(post), LinkFooter.metadata(rest));
    } catch (IOException _) {
      return null;
    }
  }
}
