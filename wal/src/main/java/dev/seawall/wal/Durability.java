// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.time.Duration;

/// When an append returns, and what can still be lost then. Immutable.
///
/// | level | append returns when | the death of the process takes | loss of power takes |
/// |---|---|---|---|
/// | [Synced] | a sync covering it *and everything before it* has returned | nothing | nothing |
/// | [Batched] | accepted; a future or callback tells when it is durable | what is not yet written | what no sync covered: about `maxDelay` and the sync under way, never more than 2 × `maxBytes`, because then appends wait |
/// | [Periodic] | accepted | at most [WalOptions#writeOutDelay] of records | about `interval` and the sync under way, never more than `maxUnsyncedBytes` and the group under way |
/// | [Buffered] | accepted | as Periodic | everything since the last seal, [WriteAheadLog#sync] or close: at most two segments |
///
/// Every level syncs at seal, roll and close. A log has a level; any single append may ask for
/// another: the stronger demand wins for every record before it, because durability is a prefix.
public sealed interface Durability {
  /// `SYNCED`: the append returns when it is durable.
  Durability SYNCED = new Synced();

  /// `BATCHED` with 100 ms and 1 MiB.
  Durability BATCHED = new Batched(Duration.ofMillis(100), 1 << 20);

  /// `PERIODIC` with one second and 64 MiB.
  Durability PERIODIC = new Periodic(Duration.ofSeconds(1), 64 << 20);

  /// `BUFFERED`: synced at seal, [WriteAheadLog#sync] and close only.
  Durability BUFFERED = new Buffered();

  /// See the table; also called Always or StrictSync elsewhere.
  record Synced() implements Durability {}

  /// See the table; also called Batch elsewhere.
  ///
  /// @param maxDelay the longest a record waits for its sync to start
  /// @param maxBytes unsynced bytes that start a sync; twice as many make appends wait
  record Batched(Duration maxDelay, long maxBytes) implements Durability {
    public Batched {
      requirePositive(maxDelay, maxBytes);
    }
  }

  /// See the table.
  ///
  /// @param interval the time between syncs while there is something to sync
  /// @param maxUnsyncedBytes unsynced bytes that make appends wait for a sync
  record Periodic(Duration interval, long maxUnsyncedBytes) implements Durability {
    public Periodic {
      requirePositive(interval, maxUnsyncedBytes);
    }
  }

  /// See the table; also called none elsewhere.
  record Buffered() implements Durability {}

  private static void requirePositive(Duration time, long bytes) {
    if (time.isNegative() || time.isZero() || bytes <= 0) {
      throw new IllegalArgumentException(
          "time " + time + " and bytes " + bytes + " must be positive");
    }
  }
}
