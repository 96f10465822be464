// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.util.concurrent.CompletableFuture;

/// An accepted append: its index now, its durability later. Thread-safe.
public final class Appended {
  private final long index;
  private final CompletableFuture<Void> durable;

  Appended(long index, CompletableFuture<Void> durable) {
    this.index = index;
    this.durable = durable;
  }

  /// Returns the record's index; for a batch that of its last record.
  public long index() {
    return index;
  }

  /// Returns the future that completes when a sync covering the record and everything before it has
  /// returned, or exceptionally with a [WalException]. Dependent stages run on the log's thread
  /// unless they are asynchronous ones.
  public CompletableFuture<Void> durable() {
    return durable;
  }
}
