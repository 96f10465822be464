// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import org.jspecify.annotations.Nullable;

/// Decides whether a whole, valid transaction at the end of a WAL is one that SQLite keeps. See the
/// package documentation. Immutable.
final class WalTrust {
  private final long lastFrame;
  private final boolean laterFrameProves;
  private final @Nullable WalCursor earlier;

  private WalTrust(long lastFrame, boolean laterFrameProves, @Nullable WalCursor earlier) {
    this.lastFrame = lastFrame;
    this.laterFrameProves = laterFrameProves;
    this.earlier = earlier;
  }

  /// Believes the wal-index of this WAL: what it counts as committed is committed, and nothing else
  /// is looked at.
  static WalTrust index(WalIndex index) {
    return new WalTrust(index.mxFrame(), false, null);
  }

  /// Without wal-index: believes an end that an earlier look saw. And one with a valid frame behind
  /// it, since the writer of that frame had read it as committed.
  static WalTrust seenBefore(@Nullable WalCursor earlier) {
    return new WalTrust(Long.MAX_VALUE, true, earlier);
  }

  /// Returns the number of the last frame worth reading.
  long lastFrame() {
    return lastFrame;
  }

  /// Returns whether a transaction counts because of its end.
  boolean counts(WalCursor end) {
    return !laterFrameProves || end.equals(earlier);
  }

  /// Returns whether a transaction counts because a valid frame follows it.
  boolean laterFrameProves() {
    return laterFrameProves;
  }
}
