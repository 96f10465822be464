// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

/// Searches for valid frames where the chain is broken, by trying every 8-byte position. Stateless.
public final class FrameScanner {
  private FrameScanner() {}

  /// Is shown each valid frame.
  @FunctionalInterface
  public interface Visitor {
    /// `frame` describes the frame until the next one is read.
    void visit(FrameReader frame);
  }

  /// Shows every valid frame in `[from, to)`, in order of position; behind a valid frame the search
  /// goes on at its end, so that a frame image inside a payload is not shown.
  ///
  /// @param frames a reader over memory that holds the whole range
  public static void search(FrameReader frames, long from, long to, Visitor visitor) {
    long position = (from + 7) & ~7L;
    while (position + Layout.HEADER <= to) {
      if (frames.read(position) == FrameReader.Result.VALID) {
        visitor.visit(frames);
        position = frames.end();
      } else {
        position += 8;
      }
    }
  }
}
