// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.CallListener;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Tells of calls that fail before anything is shipped – while the replica is joined, its lease is
/// sought or renewed, its end looked for – and not only when they are given up. Thread-safe.
final class StoreTrouble implements CallListener {
  private final Events events;
  // Guarded by this.
  private @Nullable IOException last;
  private int inARow;

  StoreTrouble(Events events) {
    this.events = events;
  }

  @Override
  public synchronized void succeeded() {
    last = null;
    inARow = 0;
  }

  @Override
  public void failed(IOException failure) {
    int now;
    synchronized (this) {
      last = failure;
      now = ++inARow;
    }
    events.failed(failure, now);
  }

  /// Returns the last failure; null when a call has succeeded since.
  synchronized @Nullable IOException last() {
    return last;
  }

  /// Returns how many calls have failed in a row.
  synchronized int inARow() {
    return inARow;
  }
}
