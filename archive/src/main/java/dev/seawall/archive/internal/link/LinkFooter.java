// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal.link;

import dev.seawall.archive.internal.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// The end of a link file. Immutable.
///
/// @param base whether the link is a base
/// @param contentBytes length of the content
/// @param attributeBytes length of the attributes
/// @param contentSha256 hash of the content
/// @param pre hash chain before
/// @param post hash chain after
public record LinkFooter(
    boolean base,
    long first,
    long last,
    long contentBytes,
    int attributeBytes,
    String contentSha256,
    String pre,
    String post) {
  /// Length of a footer.
  public static final int BYTES = 192;

  /// The most bytes of attributes.
  public static final int MAX_ATTRIBUTE_BYTES = 4096;

  private static final byte[] MAGIC = "SWLINK\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int CHECKSUM_AT = 160;
  private static final int KIND_BASE = 1;
  private static final int KIND_DELTA = 2;

  /// Returns attributes as bytes.
  public static byte[] attributes(Map<String, String> metadata) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(metadata)
        .forEach((key, value) -> text.append(key).append(' ').append(value).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Reads attributes.
  ///
  /// @throws IOException when they are none
  public static Map<String, String> metadata(byte[] attributes) throws IOException {
    Map<String, String> metadata = new TreeMap<>();
    for (String line : new String(attributes, StandardCharsets.UTF_8).lines().toList()) {
      int space = line.indexOf(' ');
      if (space < 1) {
        throw new IOException("an attribute is not 'KEY VALUE'");
      }
      metadata.put(line.substring(0, space), line.substring(space + 1));
    }
    return metadata;
  }

  /// Returns the bytes of the footer behind those attributes.
  public byte[] encode(byte[] attributes) {
    assert attributes.length == attributeBytes;
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    HexFormat hex = HexFormat.of();
    buffer.put(MAGIC).putShort((short) 1).putShort((short) 0);
    buffer.put((byte) (base ? KIND_BASE : KIND_DELTA)).put(new byte[3]);
    buffer.putLong(first).putLong(last).putLong(contentBytes).putInt(attributeBytes).putInt(0);
    buffer.put(hex.parseHex(contentSha256)).put(hex.parseHex(pre)).put(hex.parseHex(post));
    buffer.put(new byte[16]);
    buffer.put(checksum(attributes, buffer.array()));
    return buffer.array();
  }

  /// Reads a footer; attributes are checked by [#check].
  ///
  /// @throws IOException when it is none of this version
  public static LinkFooter decode(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte[] magic = new byte[MAGIC.length];
    buffer.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException("it does not end like a link file");
    }
    int version = buffer.getShort();
    int features = buffer.getShort();
    if (version != 1 || features != 0) {
      throw new IOException(
          "its format, version "
              + version
              + " with features "
              + features
              + ", is too new for this version of Seawall");
    }
    int kind = buffer.get();
    byte[] reserved = new byte[3];
    buffer.get(reserved);
    long first = buffer.getLong();
    long last = buffer.getLong();
    long content = buffer.getLong();
    int attributes = buffer.getInt();
    int zero = buffer.getInt();
    String sha = hash(buffer);
    String pre = hash(buffer);
    String post = hash(buffer);
    if ((kind != KIND_BASE && kind != KIND_DELTA)
        || zero != 0
        || !Arrays.equals(reserved, new byte[3])
        || buffer.getLong() != 0
        || buffer.getLong() != 0
        || first < 1
        || last < first
        || content < 0
        || attributes < 0
        || attributes > MAX_ATTRIBUTE_BYTES) {
      throw new IOException("its footer is damaged");
    }
    return new LinkFooter(kind == KIND_BASE, first, last, content, attributes, sha, pre, post);
  }

  /// Checks the checksum over attributes and footer.
  ///
  /// @throws IOException when it is wrong
  public static void check(byte[] attributes, byte[] footer) throws IOException {
    byte[] found = Arrays.copyOfRange(footer, CHECKSUM_AT, BYTES);
    if (!MessageDigest.isEqual(found, checksum(attributes, footer))) {
      throw new IOException("the checksum of its footer is wrong");
    }
  }

  private static byte[] checksum(byte[] attributes, byte[] footer) {
    MessageDigest digest = Sha256.digest();
    digest.update(attributes);
    digest.update(footer, 0, CHECKSUM_AT);
    return digest.digest();
  }

  private static String hash(ByteBuffer buffer) {
    byte[] bytes = new byte[Sha256.BYTES];
    buffer.get(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
