// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

/// What a segment's frames are checksummed with: the log's id and the segment's salt. Immutable.
///
/// @param logIdHigh first half of the log id
/// @param logIdLow second half
/// @param salt the segment's
public record FrameKey(long logIdHigh, long logIdLow, long salt) {
  /// Returns the state that every frame of the segment starts from; compute it once.
  public long seed() {
    return Mix.step(Mix.step(Mix.step(0, logIdHigh), logIdLow), salt);
  }

  /// Returns the checksum of a frame header.
  ///
  /// @param seed of [#seed]
  /// @param position of the frame in its file
  /// @param lengthWord the second word of the header: length, type, flags
  /// @param crcWord the third: payload checksum and epoch
  /// @param index the fourth
  /// @param timestamp the fifth
  public static long headerChecksum(
      long seed, long position, long lengthWord, long crcWord, long index, long timestamp) {
    long state = Mix.step(seed, position);
    state = Mix.step(state, lengthWord);
    state = Mix.step(state, crcWord);
    state = Mix.step(state, index);
    state = Mix.step(state, timestamp);
    return Mix.finish(state);
  }
}
