// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec.internal;

import dev.seawall.wal.CodecException;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/// LZ4 blocks by the library: native where it loads, else its plain Java without `Unsafe`.
/// Thread-safe.
public final class Lz4 {
  private static final LZ4Compressor COMPRESSOR;
  private static final LZ4SafeDecompressor DECOMPRESSOR;

  static {
    LZ4Factory factory;
    try {
      factory = LZ4Factory.nativeInstance();
    } catch (LinkageError | RuntimeException _) {
      // A platform without the library, or a temporary folder it cannot be unpacked to.
      factory = LZ4Factory.safeInstance();
    }
    COMPRESSOR = factory.fastCompressor();
    DECOMPRESSOR = factory.safeDecompressor();
  }

  private Lz4() {}

  /// Returns the most bytes that a block of so many can take.
  public static int roomFor(int length) {
    return COMPRESSOR.maxCompressedLength(length);
  }

  /// Compresses; returns the length.
  public static int compress(byte[] payload, int length, byte[] target, int at) {
    return COMPRESSOR.compress(payload, 0, length, target, at, target.length - at);
  }

  /// Restores exactly `plainLength` bytes.
  public static void decompress(byte[] stored, int at, int length, byte[] plain, int plainLength)
      throws CodecException {
    int written;
    try {
      written = DECOMPRESSOR.decompress(stored, at, length, plain, 0, plainLength);
    } catch (LZ4Exception e) {
      throw new CodecException("not an LZ4 block of " + plainLength + " bytes", e);
    }
    if (written != plainLength) {
      throw new CodecException(
          "an LZ4 block of " + written + " bytes, expected " + plainLength, null);
    }
  }
}
