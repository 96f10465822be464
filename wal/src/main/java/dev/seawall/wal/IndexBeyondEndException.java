// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

/// A consumer's position lies above the end of the log: it saw records that a crash took, or the
/// log is another one.
public final class IndexBeyondEndException extends WalException {
  private static final long serialVersionUID = 1L;

  private final long lastIndex;

  /// @param index the record asked for
  /// @param lastIndex the last record of the log; 0 when it is empty
  public IndexBeyondEndException(long index, long lastIndex) {
    super(
        Outcome.NONE,
        "read from record "
            + index
            + ": the log ends at "
            + lastIndex
            + "; the consumer is ahead of what is durable and must start again from its last checkpoint at or below that",
        null);
    this.lastIndex = lastIndex;
  }

  /// Returns the last record of the log; 0 when it is empty.
  public long lastIndex() {
    return lastIndex;
  }
}
