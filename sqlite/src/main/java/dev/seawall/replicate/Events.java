// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.CircuitBreaker;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Tells a listener what is worth telling once, once. Confined to the replicator's steps, but for
/// what the uploader tells.
final class Events {
  private final ReplicatorListener listener;
  private final CircuitBreaker breaker;
  private long openings;
  private String holder = "";
  private boolean usable = true;
  private boolean walIsLarge;
  private boolean oldSqlite;

  Events(ReplicatorListener listener, CircuitBreaker breaker) {
    this.listener = listener;
    this.breaker = breaker;
    this.openings = breaker.openings();
  }

  ReplicatorListener listener() {
    return listener;
  }

  /// Tells of a failed call, and of the breaker if that opened it.
  synchronized void failed(IOException failure, int failuresInARow) {
    listener.failed(failure, failuresInARow);
    long now = breaker.openings();
    if (now != openings) {
      openings = now;
      listener.breakerOpened();
    }
  }

  void waiting(String now) {
    if (!now.equals(holder)) {
      holder = now;
      listener.waiting(now);
    }
  }

  void unavailable(IOException failure) {
    if (usable) {
      usable = false;
      listener.unavailable(failure);
    }
  }

  void available() {
    if (!usable) {
      usable = true;
      listener.available();
    }
  }

  void wal(long bytes, long limit) {
    if (bytes > limit && !walIsLarge) {
      listener.walLarge(bytes);
    }
    walIsLarge = bytes > limit;
  }

  /// @param version null when it is new enough
  void oldSqlite(@Nullable String version) {
    if (version != null && !oldSqlite) {
      oldSqlite = true;
      listener.oldSqlite(version);
    }
  }
}
