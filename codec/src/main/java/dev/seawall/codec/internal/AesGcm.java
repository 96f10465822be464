// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec.internal;

import dev.seawall.codec.EncryptionKey;
import dev.seawall.codec.KeyProvider;
import dev.seawall.wal.CodecException;
import dev.seawall.wal.KeyException;
import dev.seawall.wal.RecordCipher;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM of the JDK, with session keys. Thread-safe; a session is not.
///
/// The nonce is 96 bits: 32 zeros, then the number of the encryption, big-endian.
public final class AesGcm implements RecordCipher {
  private final KeyProvider keys;
  private final boolean encrypts;
  private final boolean plainRecords;

  /// @param encrypts whether new records are encrypted
  /// @param plainRecords whether others are given out
  public AesGcm(KeyProvider keys, boolean encrypts, boolean plainRecords) {
    this.keys = keys;
    this.encrypts = encrypts;
    this.plainRecords = plainRecords;
  }

  @Override
  public boolean encrypts() {
    return encrypts;
  }

  @Override
  public boolean readsPlain() {
    return plainRecords;
  }

  @Override
  public long currentKey() {
    return keys.current().id();
  }

  @Override
  public Session session(long keyId, byte[] context) throws KeyException {
    EncryptionKey key =
        keys.byId(keyId)
            .orElseThrow(() ->
                new KeyException(
                    "key "
                        + KeyException.idText(keyId)
                        + " is needed and was not given; the key that writes is "
                        + keys.current().idText()
                        + ". Add the missing key to the key file, below the first line",
                    null));
    return new Derived(new SecretKeySpec(KeyDerivation.session(key.secret(), context), "AES"));
  }

  /// Keeps the JDK's calculator: making one takes three times as long as encrypting a short record.
  private static final class Derived implements Session {
    private final SecretKeySpec key;
    private final Cipher cipher;

    Derived(SecretKeySpec key) {
      this.key = key;
      try {
        this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this JDK has no AES-GCM", e);
      }
    }

    @Override
    public void encrypt(long number, byte[] bound, byte[] bytes, int at, int length) {
      try {
        begin(Cipher.ENCRYPT_MODE, number, bound);
        int written = cipher.doFinal(bytes, at, length, bytes, at);
        if (written != length + TAG_BYTES) {
          throw new IllegalStateException("encrypted " + length + " bytes to " + written);
        }
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM of this JDK failed to encrypt", e);
      }
    }

    @Override
    public void decrypt(long number, byte[] bound, byte[] stored, int at, int length, byte[] plain)
        throws CodecException {
      try {
        begin(Cipher.DECRYPT_MODE, number, bound);
        int written = cipher.doFinal(stored, at, length, plain, 0);
        if (written != length - TAG_BYTES) {
          throw new CodecException("decrypted " + length + " bytes to " + written, null);
        }
      } catch (AEADBadTagException e) {
        throw new CodecException(
            "its authentication fails: the key is the right one, so somebody changed the record, or"
                + " moved it here from another place",
            e);
      } catch (GeneralSecurityException e) {
        throw new CodecException("AES-GCM of this JDK failed to decrypt", e);
      }
    }

    private void begin(int mode, long number, byte[] bound) throws GeneralSecurityException {
      byte[] nonce = ByteBuffer.allocate(12).putLong(4, number).array();
      cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
      cipher.updateAAD(bound);
    }

    @Override
    public String toString() {
      return "session";
    }
  }
}
