// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.IoQueue;

/// How many appends the next group waits for.
///
/// Those whom a group wakes are about to append again. Waiting a little for them, instead of going
/// with the first, gives each its turn, and one sync serves more. With one write in flight the next
/// group waits for all of them. With several, the callers fall into two halves that take turns: one
/// is on its way to the disk while the other appends.
///
/// A guess that costs time at most: the leader ends the wait ([#goWithoutOthers]). Confined to the
/// leader, but for [#crowded].
final class Gathering {
  private static final int MEMORY = 32;
  private static final int LIMIT = 256;
  private static final int HALVES = 2;

  private final boolean inHalves;

  /// How many appends the next group would have if everybody came back.
  private int due;

  /// Those, and the ones in flight.
  private int callers;

  private volatile int expected;

  /// How many lone groups ago there was one that several appends shared, counted down.
  private volatile int recent;

  Gathering(IoQueue queue) {
    inHalves = queue.depth(1) > 1;
  }

  /// A group was submitted.
  ///
  /// @param others whether others go beside it
  @SuppressWarnings("NonAtomicVolatileUpdate") // One leader at a time writes.
  void submitted(int batches, boolean others) {
    if (batches > 1) {
      recent = MEMORY;
    } else if (recent > 0) {
      recent = recent - 1;
    }
    due = others ? Math.max(0, due - batches) : 0;
    expect();
  }

  /// Groups became durable.
  ///
  /// @param woken how many appends they were
  /// @param inFlight how many are on their way
  /// @param waiting how many stand in the next group already
  void woke(long woken, long inFlight, int waiting) {
    long all = Math.max(due, waiting) + woken;
    if (woken + inFlight < 2 || all + inFlight > LIMIT) {
      goWithoutOthers();
      return;
    }
    due = (int) all;
    callers = (int) (all + inFlight);
    expect();
  }

  private void expect() {
    int share = inHalves ? (callers + HALVES - 1) / HALVES : callers;
    expected = Math.min(due, share);
  }

  /// Lets the next group go with what it has.
  void goWithoutOthers() {
    due = 0;
    expected = 0;
  }

  /// Returns how many appends the next group should have; 0 when it waits for none.
  int expected() {
    return expected;
  }

  /// Returns whether appends come from several callers at once these days.
  boolean crowded() {
    return recent > 0;
  }
}
