// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import java.time.Instant;

/// How far a restore goes. Immutable.
public sealed interface RestoreTarget {

  /// As far as the replica reaches.
  record Latest() implements RestoreTarget {}

  /// Exactly behind one transaction.
  ///
  /// @param txid its id, ≥ 1
  record Txid(long txid) implements RestoreTarget {
    /// Checks the id.
    public Txid {
      if (txid < 1) {
        throw new IllegalArgumentException("txid " + txid + ", expected 1 or more");
      }
    }
  }

  /// Behind the newest transaction whose last commit was seen at or before a time.
  ///
  /// @param instant the time, as the replicator's clock told it
  record Time(Instant instant) implements RestoreTarget {}

  /// Returns [Latest].
  static RestoreTarget latest() {
    return new Latest();
  }

  /// Returns [Txid].
  static RestoreTarget txid(long txid) {
    return new Txid(txid);
  }

  /// Returns [Time].
  static RestoreTarget time(Instant instant) {
    return new Time(instant);
  }
}
