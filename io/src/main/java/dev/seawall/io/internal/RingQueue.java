// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps operations in flight in a [Ring] and remembers their outcomes until they are polled.
///
/// Confined to one thread at a time; no thread of its own. The ring is made by the first
/// submission, so that queues for blocking calls cost nothing; where it cannot be had the files do
/// their work inside `submit`. What does not fit waits in order. Allocates nothing in a steady
/// stream.
///
/// When the ring itself fails – a descriptor closed by a stranger, a sandbox that tightened – what
/// the kernel had not taken fails at once, and what it had is waited for a while. What then still
/// has not come fails too, its memory stays the kernel's, and the ring is never freed.
final class RingQueue implements IoQueue {
  private static final int ENTRIES = 64;
  private static final long GRACE_NANOS = 5_000_000_000L;

  /// Makes the ring.
  @FunctionalInterface
  interface Source {
    Ring open(int entries) throws RingRefusedException;
  }

  private final Source source;
  private final int depth;
  private final long ringFrom;
  private final Consumer<String> whenRefused;
  private final long graceNanos;
  private final SyncQueue immediate = new SyncQueue(true);
  private volatile @Nullable Ring ring;
  private boolean ringRefused;
  private volatile boolean woken;

  // By request number: what is in the ring, prepared or with the kernel.
  private @Nullable RingOperation[] requests = {};
  private int[] free = {};
  private int freeCount;
  private final ArrayDeque<RingOperation> prepared = new ArrayDeque<>();
  private final ArrayDeque<RingOperation> waiting = new ArrayDeque<>();
  private final ArrayDeque<RingOperation> ended = new ArrayDeque<>();
  private final ArrayDeque<RingOperation> spare = new ArrayDeque<>();
  private final Ring.Results results = this::ended;
  private int unended;
  private @Nullable String death;
  private long diedNanos;
  private boolean leaked;
  private boolean closed;

  /// Makes a queue without a ring.
  ///
  /// @param depth how many operations are usefully in flight
  /// @param ringFrom the length in bytes from which writes go into the ring; shorter ones, and
  ///   syncs unless it is 0, end inside `submit`
  /// @param whenRefused told why when the ring cannot be made
  RingQueue(Source source, int depth, long ringFrom, Consumer<String> whenRefused) {
    this(source, depth, ringFrom, whenRefused, GRACE_NANOS);
  }

  /// Makes one that waits for the results of a failed ring as long as it is told.
  RingQueue(
      Source source, int depth, long ringFrom, Consumer<String> whenRefused, long graceNanos) {
    this.source = source;
    this.depth = depth;
    this.ringFrom = ringFrom;
    this.whenRefused = whenRefused;
    this.graceNanos = graceNanos;
  }

  /// Returns the queue for operations that end inside `submit`.
  SyncQueue immediate() {
    return immediate;
  }

  /// Returns whether a write of this length, or a sync for 0, goes into the ring; makes the ring
  /// the first time.
  boolean takes(long bytes) {
    if (closed) {
      throw new IllegalStateException("submit to a closed queue");
    }
    if (bytes < ringFrom) {
      return false;
    }
    if (ring != null || ringRefused) {
      return ring != null;
    }
    try {
      Ring made = source.open(ENTRIES);
      int entries = made.entries();
      requests = new @Nullable RingOperation[entries];
      free = new int[entries];
      Arrays.setAll(free, i -> i);
      freeCount = entries;
      ring = made;
    } catch (RingRefusedException e) {
      ringRefused = true;
      whenRefused.accept(e.why());
    }
    return ring != null;
  }

  /// Returns an operation to fill in, for [#submit].
  RingOperation newOperation() {
    RingOperation used = spare.poll();
    return used == null ? new RingOperation() : used;
  }

  /// Starts an operation whose ticket has begun.
  void submit(RingOperation operation) {
    unended++;
    waiting.addLast(operation);
    turn();
  }

  /// Waits until nothing of a file is in flight; a poll tells of it later.
  void settle(RingFile file) {
    while (file.isInFlight()) {
      turn();
      if (file.isInFlight()) {
        sleep();
      }
    }
  }

  @Override
  public int poll() {
    if (unended > 0) {
      turn();
    }
    int told = immediate.poll() + ended.size();
    RingOperation operation;
    while ((operation = ended.poll()) != null) {
      operation.file().told(operation);
      operation.tell();
      spare.addLast(operation);
    }
    return told;
  }

  @Override
  public int await() {
    int told = poll();
    while (told == 0 && unended > 0 && !woken) {
      sleep();
      told = poll();
    }
    woken = false;
    return told;
  }

  @Override
  public void wake() {
    woken = true;
    Ring own = ring;
    if (own != null) {
      own.wake();
    }
  }

  @Override
  public int depth(long bytes) {
    return ringRefused || bytes < ringFrom ? immediate.depth(bytes) : depth;
  }

  @Override
  public int inFlight() {
    return immediate.inFlight() + unended + ended.size();
  }

  @Override
  public boolean callerMayLead() {
    return true;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    while (unended > 0) {
      turn();
      if (unended > 0) {
        sleep();
      }
    }
    poll();
    Ring own = ring;
    if (own != null && !leaked) {
      own.close();
    }
  }

  /// Does all that can be done without waiting.
  private void turn() {
    Ring own = ring;
    if (own == null) {
      return;
    }
    own.reap(results);
    startWaiting(own);
    if (!prepared.isEmpty()) {
      enter(own, 0);
    }
    if (death != null && System.nanoTime() - diedNanos > graceNanos) {
      giveUp();
    }
  }

  /// Sleeps until a result may be there.
  private void sleep() {
    Ring own = ring;
    boolean withKernel = own != null && requests.length - freeCount > prepared.size();
    if (own == null || death != null || !withKernel || !enter(own, 1)) {
      LockSupport.parkNanos(this, DirectFile.AGAIN_PAUSE_NANOS);
    }
  }

  private void startWaiting(Ring own) {
    for (int left = waiting.size(); left > 0; left--) {
      RingOperation operation = waiting.removeFirst();
      StorageException refusal = operation.file().refusal(operation.verb());
      if (refusal == null && death != null) {
        refusal = operation.file().poisonedBy(operation.lost(death));
      }
      if (refusal != null) {
        operation.fail(refusal);
        end(operation);
      } else if (operation.isPaused()) {
        waiting.addLast(operation);
      } else if (!start(own, operation)) {
        waiting.addFirst(operation);
        return;
      }
    }
  }

  private boolean start(Ring own, RingOperation operation) {
    if (freeCount == 0 || !operation.prepare(own, free[freeCount - 1])) {
      return false;
    }
    freeCount--;
    requests[free[freeCount]] = operation;
    prepared.addLast(operation);
    return true;
  }

  /// Hands over what is prepared and waits for `wait` results; false when it did not wait.
  private boolean enter(Ring own, int wait) {
    while (true) {
      int taken = own.submit(wait);
      if (taken == -Errno.EINTR) {
        if (wait > 0) {
          return true;
        }
        continue;
      }
      if (taken == -Errno.EAGAIN || taken == -Errno.EBUSY) {
        return false;
      }
      if (taken < 0) {
        die(taken);
        return false;
      }
      for (int i = 0; i < taken && !prepared.isEmpty(); i++) {
        prepared.removeFirst();
      }
      if (taken == 0 || prepared.isEmpty()) {
        return true;
      }
    }
  }

  /// Takes a result out of the ring.
  private void ended(int id, int result) {
    RingOperation operation = requests[id];
    if (operation == null) {
      throw new IllegalStateException("a result for request " + id + ", which is not in flight");
    }
    requests[id] = null;
    free[freeCount++] = id;
    switch (operation.ended(result)) {
      case END -> end(operation);
      case REQUEST, PAUSE -> waiting.addLast(operation);
    }
  }

  private void end(RingOperation operation) {
    unended--;
    operation.file().ended(operation);
    ended.addLast(operation);
  }

  private void die(int error) {
    death =
        "the ring failed: "
            + Errno.describe(-error)
            + "; close the file and open it again, with another backend if it comes back";
    diedNanos = System.nanoTime();
    for (int id = 0; id < requests.length; id++) {
      RingOperation operation = requests[id];
      if (operation != null && prepared.contains(operation)) {
        abandon(id, operation, death);
      }
    }
    prepared.clear();
  }

  /// The kernel took it and says nothing: the memory is never ours again.
  private void giveUp() {
    for (int id = 0; id < requests.length; id++) {
      RingOperation operation = requests[id];
      if (operation != null) {
        leaked = true;
        abandon(id, operation, death + "; its end never came, its memory must not be used again");
      }
    }
  }

  private void abandon(int id, RingOperation operation, @Nullable String why) {
    requests[id] = null;
    free[freeCount++] = id;
    operation.fail(operation.lost(String.valueOf(why)));
    end(operation);
  }
}
