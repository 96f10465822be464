// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import static dev.seawall.wal.internal.frame.Layout.U16;
import static dev.seawall.wal.internal.frame.Layout.U32;
import static dev.seawall.wal.internal.frame.Layout.U64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What stands in front of a wrapped payload; the layout is in `package-info`. Immutable.
///
/// @param compression code of what was done first; 0: nothing
/// @param cipher code of what was done then; 0: nothing
/// @param plainLength of the payload as the caller gave it
/// @param keyId of the key; 0 when not encrypted
/// @param sessionHigh first half of the session
/// @param sessionLow second half
/// @param number of the encryption in its session
public record Wrap(
    int compression,
    int cipher,
    long plainLength,
    long keyId,
    long sessionHigh,
    long sessionLow,
    long number) {
  /// Length when not encrypted.
  public static final int BYTES = 8;

  /// Length when encrypted.
  public static final int ENCRYPTED_BYTES = 40;

  /// Code of AES-256-GCM.
  public static final int AES_GCM = 1;

  /// Bytes of the tag behind an encrypted payload.
  public static final int TAG_BYTES = 16;

  private static final int LZ4 = 1;
  private static final int ZSTD = 2;
  private static final int LZ4_MOST = 255;
  private static final int ZSTD_BLOCK_SHIFT = 17;
  private static final int ZSTD_LEAST_BLOCK_SHIFT = 2;

  /// Encodes the part that stands in front of every wrapped payload.
  public static void encode(MemorySegment stored, int compression, int cipher, int plainLength) {
    stored.set(ValueLayout.JAVA_BYTE, 0, (byte) compression);
    stored.set(ValueLayout.JAVA_BYTE, 1, (byte) cipher);
    stored.set(U16, 2, (short) 0);
    stored.set(U32, 4, plainLength);
  }

  /// Encodes the rest in front of an encrypted one.
  public static void encodeKey(
      MemorySegment stored, long keyId, long sessionHigh, long sessionLow, long number) {
    stored.set(U64, 8, keyId);
    stored.set(U64, 16, sessionHigh);
    stored.set(U64, 24, sessionLow);
    stored.set(U64, 32, number);
  }

  /// Returns whether a stored payload can be a wrapped one: rule 4 of `package-info`.
  static boolean possible(MemorySegment stored) {
    return stored.byteSize() >= BYTES
        && stored.get(U16, 2) == 0
        && (stored.get(U32, 4) & 0xFFFF_FFFFL) <= Layout.MAX_PAYLOAD
        && (stored.get(ValueLayout.JAVA_BYTE, 1) == 0
            || stored.byteSize() >= ENCRYPTED_BYTES + TAG_BYTES);
  }

  /// Decodes a stored payload of a frame that is valid.
  public static Wrap decode(MemorySegment stored) {
    int compression = stored.get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
    int cipher = stored.get(ValueLayout.JAVA_BYTE, 1) & 0xFF;
    long plainLength = stored.get(U32, 4) & 0xFFFF_FFFFL;
    if (cipher == 0) {
      return new Wrap(compression, cipher, plainLength, 0, 0, 0, 0);
    }
    return new Wrap(
        compression,
        cipher,
        plainLength,
        stored.get(U64, 8),
        stored.get(U64, 16),
        stored.get(U64, 24),
        stored.get(U64, 32));
  }

  /// Returns where what was wrapped begins.
  public int bytes() {
    return cipher == 0 ? BYTES : ENCRYPTED_BYTES;
  }

  /// Returns whether so many bytes can give a payload of the stated length: asked before anything
  /// is allocated by that length.
  public boolean canGive(long packedLength) {
    return switch (compression) {
      case 0 -> plainLength == packedLength;
      case LZ4 -> plainLength <= packedLength * LZ4_MOST;
      case ZSTD ->
          plainLength <= ((packedLength >> ZSTD_LEAST_BLOCK_SHIFT) + 1) << ZSTD_BLOCK_SHIFT;
      default -> true;
    };
  }

  /// Returns the name of the compression.
  public String compressionName() {
    return switch (compression) {
      case 0 -> "not compressed";
      case LZ4 -> "LZ4";
      case ZSTD -> "Zstandard";
      default -> "compression " + compression;
    };
  }
}
