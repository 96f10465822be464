// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.internal.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;

/// The hash chain: `post = SHA-256(pre ‖ SHA-256 of the content)`, the hashes as 32 bytes each.
///
/// Two chains whose newest links have the same `post` are the same chain from its beginning, byte
/// for byte; that is what makes resuming O(1). A merged link takes `pre` of its first input and
/// `post` of its last one, and says that it is merged.
public final class ChainHash {
  /// What the first link of a chain has as `pre`.
  public static final String GENESIS = "0".repeat(2 * Sha256.BYTES);

  private ChainHash() {}

  /// Returns the state of the chain after a link.
  ///
  /// @param pre the state before, 64 lower-case hexadecimal digits
  /// @param contentSha256 the hash of the link's content, the same form
  public static String post(String pre, String contentSha256) {
    if (!Sha256.isHex(pre) || !Sha256.isHex(contentSha256)) {
      throw new IllegalArgumentException("not a hash: " + pre + ", " + contentSha256);
    }
    HexFormat hex = HexFormat.of();
    MessageDigest digest = Sha256.digest();
    digest.update(hex.parseHex(pre));
    digest.update(hex.parseHex(contentSha256));
    return Sha256.hex(digest);
  }
}
