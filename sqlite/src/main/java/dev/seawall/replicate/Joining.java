// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.ChainEnd;
import dev.seawall.archive.Epochs;
import dev.seawall.archive.Fence;
import dev.seawall.archive.Lease;
import dev.seawall.archive.LeaseLostException;
import dev.seawall.archive.LinkStore;
import dev.seawall.archive.Replica;
import dev.seawall.archive.StoreCalls;
import dev.seawall.io.TimeSource;
import dev.seawall.io.objects.ObjectStoreException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Finds out where the replica ends, which must be known before the first link has a number.
/// Confined to the replicator's steps.
///
/// A queue that has links, or remembers the last one, knows it: then nothing is asked, and a start
/// works without the store. Whether the replica has moved on meanwhile the uploader finds out.
final class Joining {
  private final Replica replica;
  private final StoreCalls calls;
  private final LinkStore links;
  private final @Nullable Lease lease;
  private final Events events;
  private StoreCalls.@Nullable Call<@Nullable ChainEnd> asking;
  private boolean takeOver;
  private int failures;
  private long failedNanos;
  private long pauseNanos;

  /// @param replica whose failures are told of
  Joining(
      Replica replica, StoreCalls calls, LinkStore links, @Nullable Lease lease, Events events) {
    this.replica = replica;
    this.calls = calls;
    this.links = links;
    this.lease = lease;
    this.events = events;
  }

  /// Returns whether it is known; ask again soon if not.
  ///
  /// @throws LeaseLostException when the replica is somebody else's
  boolean isOver() throws IOException {
    if (links.end() != null) {
      return true;
    }
    Lease held = lease;
    if (held != null) {
      LeaseLostException lost = held.lost();
      if (lost != null) {
        throw lost;
      }
      String holder = held.waitingFor();
      if (holder != null) {
        events.waiting(holder);
      }
      if (held.state() != Fence.State.HELD) {
        return false;
      }
      adopt(held.end());
      return true;
    }
    StoreCalls.Call<@Nullable ChainEnd> call = asking;
    TimeSource time = replica.machine().time();
    if (call == null) {
      if (failures > 0 && time.nanoTime() - failedNanos < pauseNanos) {
        return false;
      }
      asking = calls.submit(() -> replica.end(Epochs.list(replica)), () -> {});
      return false;
    }
    if (!call.isDone()) {
      return false;
    }
    asking = null;
    try {
      adopt(call.result());
      return true;
    } catch (ObjectStoreException _) {
      // Who made the call has told of it.
      failedNanos = time.nanoTime();
      pauseNanos = replica.retrier().policy().delayNanos(++failures, replica.machine().random());
      return false;
    }
  }

  private void adopt(@Nullable ChainEnd end) throws IOException {
    if (end != null) {
      links.adopt(end);
      takeOver = true;
    }
  }

  /// Returns whether the replica has links that this queue knew nothing of.
  boolean isTakeOver() {
    return takeOver;
  }
}
