// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// Where submitted operations complete. Confined to one thread at a time.
public interface IoQueue extends AutoCloseable {

  /// Marks the tickets of operations that ended as done; returns how many. Never blocks.
  int poll();

  /// Blocks until an operation in flight has ended or somebody called [#wake], then polls; returns
  /// at once, with 0, when none is in flight.
  int await();

  /// Ends an [#await] that is under way, or else the next one; from any thread.
  void wake();

  /// Returns the most writes of this length that are usefully in flight at once; 1 where a write
  /// ends inside `submit`. Never less for longer ones.
  ///
  /// @param bytes length of one write
  int depth(long bytes);

  /// Returns how many operations are in flight, ended but not polled ones included.
  int inFlight();

  /// Returns whether any platform thread may submit: true only where interrupting the caller cannot
  /// close the file.
  boolean callerMayLead();

  /// Waits for what is in flight and releases the queue.
  @Override
  void close();
}
