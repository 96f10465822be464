// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// Logic that is driven from outside: it never starts a thread, sleeps or waits for another worker.
@FunctionalInterface
public interface Worker {
  /// Returned by [#step] when there is nothing to do until somebody wakes the worker.
  long UNTIL_WOKEN = Long.MAX_VALUE;

  /// Submits, looks at what completed, returns.
  ///
  /// What it throws ends this worker: it is never called again, and the scheduler's handler is
  /// told.
  ///
  /// @return nanoseconds until it wants to be called again: 0 at once, [#UNTIL_WOKEN] when woken
  long step();
}
