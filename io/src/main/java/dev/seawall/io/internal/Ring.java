// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.lang.foreign.MemorySegment;

/// A pair of queues: requests go down, results come up. The seam under [RingQueue]: the kernel's
/// own ([KernelRing]), a few threads ([ThreadRing]), and in tests a scripted one.
///
/// Confined to one thread at a time, but for [#wake]; which thread may change between calls. A
/// request is known by its `id`, which its owner chooses and uses for one request at a time. Memory
/// that a request names must stay where it is until its result was reaped.
interface Ring extends AutoCloseable {

  /// Takes results, in the order in which they came.
  @FunctionalInterface
  interface Results {
    /// A request ended: with a count of bytes, or with a negative error number.
    void ended(int id, int result);
  }

  /// Returns how many requests it holds at once, prepared and in flight together.
  int entries();

  /// Puts a write into the queue; nothing happens before [#submit].
  ///
  /// @param durable whether the bytes are to be durable when it ends (`RWF_DSYNC`)
  /// @return false when the queue is full
  boolean prepareWrite(
      int id, int descriptor, MemorySegment source, long position, boolean durable);

  /// Puts a sync into the queue; nothing happens before [#submit].
  ///
  /// @param dataOnly whether metadata that reading does not need may stay behind (`fdatasync`)
  /// @return false when the queue is full
  boolean prepareSync(int id, int descriptor, boolean dataOnly);

  /// Hands to the kernel what was prepared, oldest first, then sleeps until `wait` results can be
  /// reaped or somebody wakes it; with 0 it never sleeps.
  ///
  /// @return how many requests the kernel took – those that it refused as malformed count, and end
  ///   with an error –, or a negative error number when it took none
  int submit(int wait);

  /// Ends a sleep in [#submit] that is under way, or else the next one; from any thread, also while
  /// it is being closed.
  void wake();

  /// Hands every result that is there to `results`; never blocks.
  int reap(Results results);

  /// Frees the queues. Nothing may be in flight.
  @Override
  void close();
}
