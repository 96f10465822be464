// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// Logic that is driven from outside: it never starts a thread, sleeps or waits for another worker.
@FunctionalInterface
public interface Worker {
  /// Returned by [#step] when there is nothing to do until somebody wakes the worker.
  long UNTIL_WOKEN = Long.MAX_VALUE;

  /// Returned by [#step] when there is nothing to do until one of its own operations has ended or
  /// its queue was woken: [#awaitOperation] is called next, on the worker's thread. Only for
  /// workers with a thread of their own ([Scheduler.Placement#DEDICATED]).
  long UNTIL_OPERATION = -1;

  /// Submits, looks at what completed, returns.
  ///
  /// What it throws ends this worker: it is never called again, and the scheduler's handler is
  /// told.
  ///
  /// @return nanoseconds until it wants to be called again: 0 at once, [#UNTIL_WOKEN] when woken,
  ///   [#UNTIL_OPERATION]
  long step();

  /// Sleeps in the worker's [IoQueue#await]; a simulation never calls it, there operations end
  /// while others run.
  default void awaitOperation() {
    throw new IllegalStateException("a worker without a queue waits for an operation");
  }
}
