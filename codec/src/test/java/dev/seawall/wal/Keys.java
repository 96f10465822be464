// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.codec.EncryptionKey;
import dev.seawall.codec.KeyRing;
import java.util.Arrays;
import java.util.List;

/// Keys of tests: no secrets.
final class Keys {
  static final EncryptionKey A = key(1);
  static final EncryptionKey B = key(2);
  static final KeyRing RING = KeyRing.of(List.of(A));

  private Keys() {}

  static EncryptionKey key(int fill) {
    byte[] secret = new byte[EncryptionKey.BYTES];
    Arrays.fill(secret, (byte) fill);
    return EncryptionKey.of(secret);
  }

  static KeyRing ring(EncryptionKey... keys) {
    return KeyRing.of(List.of(keys));
  }
}
