// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// A counter that threads wait on and one broadcast wakes. Thread-safe.
public interface WaitWord extends AutoCloseable {

  /// Returns the counter; it wraps.
  int value();

  /// Waits until the counter differs from `seen`, or `timeoutNanos` have passed, or spuriously.
  ///
  /// @throws InterruptedException when the caller is interrupted; only its wait ends
  void await(int seen, long timeoutNanos) throws InterruptedException;

  /// Adds one and wakes every waiter.
  void advance();

  /// Releases native memory; nobody may wait any more. Idempotent.
  @Override
  void close();
}
