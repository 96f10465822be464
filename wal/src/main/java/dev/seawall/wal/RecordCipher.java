// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

/// Authenticated encryption of payloads with keys that the caller holds: AES-256-GCM. Part of a
/// [RecordCodec]. Thread-safe, its sessions are not.
///
/// Nothing is encrypted with a key itself. A *session* key is derived from it, and from the context
/// that the log gives; the log counts what it encrypts and never uses a number twice in a context,
/// so that no nonce comes twice. The specification of the format says why that holds after a crash
/// too.
public interface RecordCipher {
  /// Bytes by which a payload grows: the tag behind it.
  int TAG_BYTES = 16;

  /// Returns whether new payloads are encrypted: if not, it only decrypts.
  boolean encrypts();

  /// Returns whether records that are not encrypted are given out. If not, whoever can write to the
  /// files cannot put in a record of his own.
  boolean readsPlain();

  /// Returns the id of the key that new payloads are encrypted with; it may change at any time.
  long currentKey();

  /// Makes a session.
  ///
  /// @param keyId of the key to derive from
  /// @param context what the session key is bound to, besides
  /// @throws KeyException when that key was not given
  Session session(long keyId, byte[] context) throws KeyException;

  /// A derived key, for one thread at a time: whoever opens it uses it alone, or under a lock.
  interface Session {
    /// Encrypts `length` bytes in place; [#TAG_BYTES] bytes of tag follow them.
    ///
    /// @param number never used before in this session
    /// @param bound what is authenticated besides
    void encrypt(long number, byte[] bound, byte[] bytes, int at, int length);

    /// Decrypts `length` bytes, the tag included, into `plain`.
    ///
    /// @throws CodecException when the bytes, or what is bound to them, are not what was encrypted
    void decrypt(long number, byte[] bound, byte[] stored, int at, int length, byte[] plain)
        throws CodecException;
  }
}
