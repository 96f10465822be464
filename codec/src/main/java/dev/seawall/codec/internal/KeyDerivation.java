// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/// HKDF with SHA-256 (RFC 5869), of the JDK. Stateless.
///
/// | derived | info | length |
/// |---|---|---|
/// | id of a key | `seawall key id 1` | 8, little-endian |
/// | session key | `seawall record 1`, then the context | 32 |
public final class KeyDerivation {
  private static final byte[] ID = "seawall key id 1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SESSION = "seawall record 1".getBytes(StandardCharsets.US_ASCII);

  private KeyDerivation() {}

  /// Derives a key's id.
  public static long id(byte[] secret) {
    return ByteBuffer.wrap(derive(secret, ID, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /// Derives a session key.
  public static byte[] session(byte[] secret, byte[] context) {
    byte[] info = new byte[SESSION.length + context.length];
    System.arraycopy(SESSION, 0, info, 0, SESSION.length);
    System.arraycopy(context, 0, info, SESSION.length, context.length);
    return derive(secret, info, 32);
  }

  private static byte[] derive(byte[] secret, byte[] info, int length) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(info, length));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks HKDF-SHA256: run on JDK 25 or newer", e);
    }
  }
}
