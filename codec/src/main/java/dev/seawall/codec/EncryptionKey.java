// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec;

import dev.seawall.codec.internal.KeyDerivation;
import dev.seawall.wal.KeyException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// 256 secret bits, and an id that follows from them: a wrong key never has the right id.
/// Immutable; prints its id only.
public final class EncryptionKey {
  /// Length in bytes.
  public static final int BYTES = 32;

  private final byte[] secret;
  private final long id;

  private EncryptionKey(byte[] secret) {
    this.secret = secret;
    this.id = KeyDerivation.id(secret);
  }

  /// Makes a key of 32 bytes, which are copied.
  public static EncryptionKey of(byte[] secret) {
    if (secret.length != BYTES) {
      throw new IllegalArgumentException("a key of " + secret.length + " bytes: expected " + BYTES);
    }
    return new EncryptionKey(secret.clone());
  }

  /// Draws a key.
  ///
  /// @param secure a cryptographic source, such as `java.security.SecureRandom`
  public static EncryptionKey random(RandomGenerator secure) {
    byte[] secret = new byte[BYTES];
    secure.nextBytes(secret);
    return new EncryptionKey(secret);
  }

  /// Returns the id: 64 bits derived from the key, from which nothing of it can be learned.
  public long id() {
    return id;
  }

  /// Returns the id as 16 hexadecimal digits.
  public String idText() {
    return KeyException.idText(id);
  }

  /// Returns a copy of the secret bytes.
  public byte[] secret() {
    return secret.clone();
  }

  /// Returns the secret as a line of a key file.
  public String toLine() {
    return HexFormat.of().formatHex(secret);
  }

  @Override
  public String toString() {
    return "key " + idText();
  }
}
