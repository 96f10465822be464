// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

/// How the un-sealed end of a log ends. The table that leads to each case is in the package
/// documentation.
public sealed interface TailVerdict {
  /// Everything that is known to have been written is whole.
  record Clean() implements TailVerdict {}

  /// Incomplete bytes behind the last promise: cut.
  ///
  /// @param bytes from the cut to the end of what is known to have been written
  /// @param frames whole record frames among them
  /// @param firstIndex the lowest index among those; 0 when there is none
  record Torn(long bytes, long frames, long firstIndex) implements TailVerdict {}

  /// Wrong bytes before the last promise: an error.
  ///
  /// @param position where
  /// @param why what was expected and found
  record Corrupt(long position, String why) implements TailVerdict {}
}
