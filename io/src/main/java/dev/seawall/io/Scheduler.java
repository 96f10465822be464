// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// The door to threads. Thread-safe.
public interface Scheduler extends AutoCloseable {

  /// Where a worker runs.
  enum Placement {
    /// On a thread of its own; it may block on its own device.
    DEDICATED,
    /// On a small shared pool; it must not block for long.
    SHARED
  }

  /// A worker that was started. Thread-safe.
  interface Handle extends AutoCloseable {
    /// Asks for a step soon; cheap, and remembered when a step is under way.
    void wake();

    /// Stops the worker after the step under way and returns when it will not run again;
    /// idempotent. Must not be called by the worker.
    @Override
    void close();
  }

  /// Starts calling `worker.step()`, one call at a time; the first one soon, unasked.
  ///
  /// A wake-up during a step is followed by another step. A worker that throws is stopped and
  /// handed to the machine's handler (see [SystemMachine#open(Backend,
  /// Thread.UncaughtExceptionHandler)]); its handle still closes.
  ///
  /// @param name names the thread, for people
  Handle start(String name, Placement placement, Worker worker);

  /// Gives the processor away for a moment, to whoever else is ready to run.
  void pause();

  /// Makes a word to wait on.
  WaitWord newWaitWord();

  /// Stops the threads; every handle should be closed before.
  @Override
  void close();
}
