// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// What a log does to payloads on their way to the disk and back: compression, encryption. Given in
/// [WalOptions#withCodec]; module `dev.seawall.codec` has the implementations. Thread-safe.
///
/// An implementation only transforms bytes. The form of a stored record, what is bound to it, and
/// why no nonce comes twice, is the log's business and stands in the format's specification.
public interface RecordCodec {
  /// Code of a payload that is stored as it was given.
  int PLAIN = 0;

  /// Code of one LZ4 block.
  int LZ4 = 1;

  /// Code of one Zstandard frame that states its content's length.
  int ZSTD = 2;

  /// Returns whether new payloads are compressed: if not, it only decompresses.
  boolean compresses();

  /// Returns how much room [#compress] needs for a payload of this length: also for one that does
  /// not get smaller.
  int roomFor(int length);

  /// Compresses a payload into `target`, from `at` on, where there is [#roomFor] it.
  ///
  /// @param length of the payload, which begins at 0
  /// @param limit the most bytes that are worth storing
  /// @return what was written; null when the payload is to be stored as it is, because it is small
  ///   or does not fit the limit
  @Nullable Compressed compress(byte[] payload, int length, byte[] target, int at, int limit);

  /// Compresses a block of a sealed segment.
  ///
  /// @param compression one that it [#knows]
  /// @param length of the block, which begins at 0
  byte[] compressBlock(int compression, byte[] block, int length);

  /// Returns whether [#decompress] knows a code.
  boolean knows(int compression);

  /// Restores a payload. Must not allocate by what the bytes say.
  ///
  /// @param compression one that it [#knows]
  /// @param stored the compressed bytes begin at `at`
  /// @param plain takes exactly its length
  /// @throws CodecException when the bytes are not what was compressed, or give another length
  void decompress(int compression, byte[] stored, int at, int length, byte[] plain, int plainLength)
      throws CodecException;

  /// Returns what encrypts and decrypts; null when this codec has no keys.
  @Nullable RecordCipher cipher();

  /// What [#compress] did.
  ///
  /// @param compression its code
  /// @param length bytes written
  record Compressed(int compression, int length) {}
}
