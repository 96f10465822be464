// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec.internal;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.seawall.wal.CodecException;

/// Zstandard frames by the library. Thread-safe.
public final class Zstandard {
  private static final Idle<ZstdCompressCtx> COMPRESSING = new Idle<>(ZstdCompressCtx::new);
  private static final Idle<ZstdDecompressCtx> DECOMPRESSING = new Idle<>(ZstdDecompressCtx::new);

  private Zstandard() {}

  /// Returns the most bytes that a frame of so many can take.
  public static int roomFor(int length) {
    return Math.toIntExact(Zstd.compressBound(length));
  }

  /// Compresses to one frame that states its content's length; returns the length.
  public static int compress(byte[] payload, int length, byte[] target, int at, int level) {
    ZstdCompressCtx context = COMPRESSING.take();
    boolean done = false;
    try {
      context.setLevel(level);
      int written = context.compressByteArray(target, at, target.length - at, payload, 0, length);
      done = true;
      return written;
    } finally {
      COMPRESSING.giveBack(context, done);
    }
  }

  /// Restores exactly `plainLength` bytes.
  public static void decompress(byte[] stored, int at, int length, byte[] plain, int plainLength)
      throws CodecException {
    // The library asks for a byte that may not be there.
    long stated = length == 0 ? 0 : Zstd.getFrameContentSize(stored, at, length, false);
    if (stated != plainLength) {
      throw new CodecException(
          "not a Zstandard frame of " + plainLength + " bytes (it states " + stated + ")", null);
    }
    ZstdDecompressCtx context = DECOMPRESSING.take();
    boolean done = false;
    int written;
    try {
      written = context.decompressByteArray(plain, 0, plainLength, stored, at, length);
      done = true;
    } catch (ZstdException e) {
      throw new CodecException("not a Zstandard frame: " + e.getMessage(), e);
    } finally {
      DECOMPRESSING.giveBack(context, done);
    }
    if (written != plainLength) {
      throw new CodecException(
          "a Zstandard frame of " + written + " bytes, expected " + plainLength, null);
    }
  }
}
