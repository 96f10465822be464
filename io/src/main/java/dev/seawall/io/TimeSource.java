// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// The door to clocks. Thread-safe.
public interface TimeSource {

  /// Returns the monotonic clock in nanoseconds, from an arbitrary origin.
  long nanoTime();

  /// Returns the wall clock in milliseconds since 1970-01-01T00:00Z; it may jump either way.
  long wallMillis();
}
