// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import static dev.seawall.wal.internal.frame.Layout.U64;

import dev.seawall.wal.internal.frame.FormatVersion;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.Mix;
import java.lang.foreign.MemorySegment;

/// Block 0 of a segment; the layout is in `frame/package-info`.
///
/// @param key log id and salt
/// @param number the segment number
/// @param createdMillis wall clock; information only
/// @param fileBytes the file's length
/// @param features what its frames may use, bits of [FormatVersion]
public record SegmentHeader(
    FrameKey key, long number, long createdMillis, long fileBytes, int features) {
  /// Bytes of the header that carry meaning.
  public static final int BYTES = 72;

  private static final long MAGIC = 0x0A4C4C4157414553L;
  private static final int CHECKED_WORDS = 8;

  /// What a block 0 turned out to be.
  public sealed interface Parsed {
    /// A good header.
    record Good(SegmentHeader header) implements Parsed {}

    /// Version or features that this code does not know.
    record TooNew(int version, int unknownFeatures) implements Parsed {}

    /// A version that this code no longer reads.
    record TooOld(int version) implements Parsed {}

    /// Not a segment, or a damaged one.
    record Bad(String why) implements Parsed {}
  }

  /// Makes the header of a segment that uses no feature.
  public SegmentHeader(FrameKey key, long number, long createdMillis, long fileBytes) {
    this(key, number, createdMillis, fileBytes, 0);
  }

  /// Encodes into the first [#BYTES] bytes of a zeroed block.
  public void encode(MemorySegment block) {
    block.set(U64, 0, MAGIC);
    block.set(U64, 8, FormatVersion.CURRENT | ((long) features << 32));
    block.set(U64, 16, key.logIdHigh());
    block.set(U64, 24, key.logIdLow());
    block.set(U64, 32, key.salt());
    block.set(U64, 40, number);
    block.set(U64, 48, createdMillis);
    block.set(U64, 56, fileBytes);
    block.set(U64, 64, checksum(block));
  }

  /// Decodes the first `length` bytes of a file.
  public static Parsed parse(MemorySegment block, long length) {
    if (length < BYTES) {
      return new Parsed.Bad("the file has " + length + " bytes, a segment header needs " + BYTES);
    }
    if (block.get(U64, 0) != MAGIC) {
      return new Parsed.Bad(
          "no segment header: expected magic %016x, found %016x"
              .formatted(MAGIC, block.get(U64, 0)));
    }
    long versions = block.get(U64, 8);
    int version = (int) versions & 0xFFFF;
    int unknown = (int) (versions >>> 32) & ~FormatVersion.FEATURES;
    long expected = checksum(block);
    if (expected != block.get(U64, 64)) {
      // A newer format keeps the checksum where it is: a wrong one is damage, whatever the version
      // field says.
      return new Parsed.Bad(
          "segment header checksum %016x, computed %016x".formatted(block.get(U64, 64), expected));
    }
    if (version > FormatVersion.CURRENT || unknown != 0) {
      return new Parsed.TooNew(version, unknown);
    }
    if (version < FormatVersion.OLDEST) {
      return new Parsed.TooOld(version);
    }
    return new Parsed.Good(
        new SegmentHeader(
            new FrameKey(block.get(U64, 16), block.get(U64, 24), block.get(U64, 32)),
            block.get(U64, 40),
            block.get(U64, 48),
            block.get(U64, 56),
            (int) (versions >>> 32)));
  }

  private static long checksum(MemorySegment block) {
    long state = 0;
    for (int i = 0; i < CHECKED_WORDS; i++) {
      state = Mix.step(state, block.get(U64, i * 8L));
    }
    return Mix.finish(state);
  }
}
