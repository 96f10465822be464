// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// Links are missing: between two neighbours, before the first or up to the target.
public final class ChainGapException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  private final long firstMissing;
  private final long lastMissing;

  /// Makes one.
  ///
  /// @param firstMissing first number that no usable link covers
  /// @param lastMissing last one before links go on, or the target
  /// @param message names the neighbours and what to do
  ChainGapException(long firstMissing, long lastMissing, String message) {
    super(message);
    this.firstMissing = firstMissing;
    this.lastMissing = lastMissing;
  }

  /// Returns the first number that no usable link covers.
  public long firstMissing() {
    return firstMissing;
  }

  /// Returns the last number before links go on, or the target.
  public long lastMissing() {
    return lastMissing;
  }
}
