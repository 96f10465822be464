// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

/// The record was removed by truncation or retention.
public final class IndexTruncatedException extends WalException {
  private static final long serialVersionUID = 1L;

  private final long firstIndex;

  /// @param index the record asked for
  /// @param firstIndex the first record that is still there
  public IndexTruncatedException(long index, long firstIndex) {
    super(
        Outcome.NONE,
        "read record " + index + ": removed; the first record kept is " + firstIndex,
        null);
    this.firstIndex = firstIndex;
  }

  /// Returns the first record that is still there.
  public long firstIndex() {
    return firstIndex;
  }
}
