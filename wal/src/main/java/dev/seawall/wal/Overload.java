// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.time.Duration;

/// What an append does while the bounded queue is full: staging windows, pending callbacks, or
/// unsynced bytes. Immutable.
public sealed interface Overload {
  /// Waits, at most this long, then is refused with [RejectedException].
  ///
  /// @param deadline the longest wait
  record Block(Duration deadline) implements Overload {
    public Block {
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("deadline " + deadline + " must be positive");
      }
    }
  }

  /// Is refused at once with [RejectedException].
  record Reject() implements Overload {}
}
