// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx.internal;

import java.io.IOException;
import java.io.InputStream;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/// The LZ4 library: native where it loads, else its plain Java without `Unsafe`. Thread-safe.
public final class Lz4 {
  /// Whether native code does the work; the compressed bytes of the two may differ.
  public static final boolean NATIVE;

  private static final LZ4Compressor COMPRESSOR;
  private static final LZ4SafeDecompressor DECOMPRESSOR;
  private static final XXHash32 HASH;

  static {
    LZ4Factory blocks;
    XXHashFactory hashes;
    boolean loaded;
    try {
      blocks = LZ4Factory.nativeInstance();
      hashes = XXHashFactory.nativeInstance();
      loaded = true;
    } catch (LinkageError | RuntimeException _) {
      // A platform without the library, or a temporary folder it cannot be unpacked to.
      blocks = LZ4Factory.safeInstance();
      hashes = XXHashFactory.safeInstance();
      loaded = false;
    }
    NATIVE = loaded;
    COMPRESSOR = blocks.fastCompressor();
    DECOMPRESSOR = blocks.safeDecompressor();
    HASH = hashes.hash32();
  }

  private Lz4() {}

  /// Returns the most bytes that a block of `bytes` bytes can take.
  public static int maxCompressed(int bytes) {
    return COMPRESSOR.maxCompressedLength(bytes);
  }

  /// Compresses; returns the length.
  public static int compress(byte[] from, int length, byte[] to, int at) {
    return COMPRESSOR.compress(from, 0, length, to, at, to.length - at);
  }

  /// Expands a block; returns the length.
  ///
  /// @throws net.jpountz.lz4.LZ4Exception when it is damaged or longer than `maxLength`
  public static int decompress(byte[] from, int length, byte[] to, int at, int maxLength) {
    return DECOMPRESSOR.decompress(from, 0, length, to, at, maxLength);
  }

  /// Returns what a stream of LZ4 frames holds. A stream that ends within a frame, or whose
  /// checksums are wrong, fails with an [IOException].
  ///
  /// @param in is closed with the result
  public static InputStream frames(InputStream in) throws IOException {
    return new LZ4FrameInputStream(in, DECOMPRESSOR, HASH);
  }

  /// Returns xxHash-32 with seed 0.
  public static int hash(byte[] bytes, int from, int length) {
    return HASH.hash(bytes, from, length, 0);
  }
}
