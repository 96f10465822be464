// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.IoQueue;
import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The queue of the backends that do their work inside `submit`: it only remembers outcomes until
/// they are polled.
///
/// Confined to one thread at a time. Allocates nothing once its arrays have grown to the most
/// operations ever in flight.
final class SyncQueue implements IoQueue {
  private final boolean callerMayLead;
  private IoTicket[] tickets = new IoTicket[16];
  private @Nullable StorageException[] failures = new @Nullable StorageException[16];
  private @Nullable StorageFile[] files = new @Nullable StorageFile[16];
  private long[] firsts = new long[16];
  private long[] ends = new long[16];
  private int count;

  SyncQueue(boolean callerMayLead) {
    this.callerMayLead = callerMayLead;
  }

  /// Takes the outcome of an operation whose ticket has begun; `[first, end)` are the bytes it
  /// wrote.
  void ended(
      IoTicket ticket, @Nullable StorageException failure, StorageFile file, long first, long end) {
    if (count == tickets.length) {
      grow(count * 2);
    }
    tickets[count] = ticket;
    failures[count] = failure;
    files[count] = file;
    firsts[count] = first;
    ends[count] = end;
    count++;
  }

  /// Returns whether no operation in flight wrote into the blocks of `[first, end)`; for an
  /// assertion.
  @SuppressWarnings("ReferenceEquality")
  boolean isFree(StorageFile file, long first, long end) {
    for (int i = 0; i < count; i++) {
      // Both ranges are whole blocks, so touching one block is overlapping.
      if (files[i] == file && firsts[i] < end && first < ends[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int poll() {
    int polled = count;
    count = 0;
    for (int i = 0; i < polled; i++) {
      tickets[i].complete(failures[i]);
      failures[i] = null;
      files[i] = null;
    }
    return polled;
  }

  @Override
  public int await() {
    return poll();
  }

  @Override
  public void wake() {
    // Nobody sleeps here: what was submitted has ended.
  }

  @Override
  public int depth(long bytes) {
    return 1;
  }

  @Override
  public int inFlight() {
    return count;
  }

  @Override
  public boolean callerMayLead() {
    return callerMayLead;
  }

  @Override
  public void close() {
    poll();
  }

  private void grow(int length) {
    tickets = Arrays.copyOf(tickets, length);
    failures = Arrays.copyOf(failures, length);
    files = Arrays.copyOf(files, length);
    firsts = Arrays.copyOf(firsts, length);
    ends = Arrays.copyOf(ends, length);
  }
}
