// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

/// One frame, or one stretch of bytes that is no frame. Immutable.
///
/// @param position in the file
/// @param bytes length of the frame or stretch, header and padding included
/// @param validity whether it counts
/// @param type of the frame; NONE for a stretch
/// @param payloadLength in bytes
/// @param endsBatch whether it is the last record of its batch
/// @param index the record's, or that of the next record
/// @param epoch the frame's
/// @param timestamp the record's, milliseconds by convention; 0 for other types
/// @param detail what its payload says (promise, seal, state), or why it does not count
public record FrameView(
    long position,
    long bytes,
    Validity validity,
    Type type,
    int payloadLength,
    boolean endsBatch,
    long index,
    long epoch,
    long timestamp,
    String detail) {

  /// Whether bytes count.
  public enum Validity {
    /// A frame that belongs to the chain.
    VALID,
    /// A whole frame that does not belong: behind a hole, or discarded by a cut.
    STRAY,
    /// Bytes that are no frame.
    INVALID,
    /// Zeros.
    EMPTY
  }

  /// The frame types of the format.
  public enum Type {
    RECORD,
    PAD,
    STATE,
    EPOCH,
    GROUP,
    MARK,
    SEAL,
    CUT,
    /// No frame.
    NONE
  }
}
