// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.Machine;
import dev.seawall.io.Scheduler.Handle;
import dev.seawall.io.Scheduler.Placement;
import dev.seawall.io.Worker;
import dev.seawall.io.objects.ObjectStoreException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Makes blocking calls for workers that must not block: a bounded number at once, first come first
/// served. Thread-safe.
///
/// Each lane is a worker with a thread of its own, started when it is first needed. Who submits is
/// bounded by itself: an uploader has a few calls out, a lease one. So the queue is, too.
public final class StoreCalls implements AutoCloseable {
  /// What is called; may block.
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /// Makes the call.
    T run() throws IOException;
  }

  /// A call that was submitted.
  public static final class Call<T extends @Nullable Object> {
    private final Body<T> body;
    private final Runnable whenDone;
    private boolean done;
    private @Nullable T result;
    private @Nullable Throwable failure;

    private Call(Body<T> body, Runnable whenDone) {
      this.body = body;
      this.whenDone = whenDone;
    }

    /// Returns whether it has ended.
    public synchronized boolean isDone() {
      return done;
    }

    /// Returns what it returned.
    ///
    /// @throws IOException what it threw
    /// @throws IllegalStateException when it has not ended
    public synchronized @Nullable T result() throws IOException {
      if (!done) {
        throw new IllegalStateException("the call has not ended");
      }
      Throwable thrown = failure;
      if (thrown instanceof IOException e) {
        throw e;
      }
      if (thrown instanceof RuntimeException e) {
        throw e;
      }
      return result;
    }

    private void run() {
      T value = null;
      Throwable thrown = null;
      try {
        value = body.run();
      } catch (IOException | RuntimeException e) {
        thrown = e;
      }
      synchronized (this) {
        done = true;
        result = value;
        failure = thrown;
      }
      whenDone.run();
    }

    private void cancel() {
      synchronized (this) {
        done = true;
        failure =
            new ObjectStoreException(
                "call",
                "store",
                ObjectStoreException.Kind.CLOSED,
                ObjectStoreException.Effect.NOT_DONE,
                "shutting down",
                null);
      }
      whenDone.run();
    }
  }

  private final Machine machine;
  private final int maxLanes;

  // All guarded by this.
  private final Queue<Call<?>> queue = new ArrayDeque<>();
  private final List<Lane> lanes = new ArrayList<>();
  // Lanes that sleep, the one that worked last on top: few threads do most of the work.
  private final Deque<Lane> idle = new ArrayDeque<>();
  private boolean closed;

  /// Makes lanes over the threads of a machine.
  ///
  /// @param maxLanes the most calls at once, at least 1
  public StoreCalls(Machine machine, int maxLanes) {
    if (maxLanes < 1) {
      throw new IllegalArgumentException(maxLanes + " lanes");
    }
    this.machine = machine;
    this.maxLanes = maxLanes;
  }

  /// Submits a call.
  ///
  /// @param whenDone run after the call has ended, on its thread; short
  public <T extends @Nullable Object> Call<T> submit(Body<T> body, Runnable whenDone) {
    Call<T> call = new Call<>(body, whenDone);
    synchronized (this) {
      if (!closed) {
        queue.add(call);
        wakeOne();
        return call;
      }
    }
    call.cancel();
    return call;
  }

  // Called with the lock held. Who works takes the next call by itself.
  private void wakeOne() {
    Lane sleeping = idle.poll();
    if (sleeping != null) {
      sleeping.wake();
    } else if (lanes.size() < maxLanes) {
      lanes.add(new Lane("seawall-store-" + (lanes.size() + 1)));
    }
  }

  /// One thread. Its state is guarded by the calls.
  private final class Lane {
    private final Handle handle;

    private Lane(String name) {
      // The lock is held: no step comes to its end before this lane is known.
      handle = machine.scheduler().start(name, Placement.DEDICATED, this::step);
    }

    private void wake() {
      handle.wake();
    }

    private long step() {
      Call<?> next;
      synchronized (StoreCalls.this) {
        next = queue.poll();
        if (next == null) {
          if (!idle.contains(this)) {
            idle.push(this);
          }
          return Worker.UNTIL_WOKEN;
        }
        idle.remove(this);
      }
      next.run();
      return 0;
    }
  }

  /// Waits for calls under way; those in the queue fail as closed. Idempotent.
  @Override
  public void close() {
    List<Call<?>> rest;
    List<Handle> handles;
    synchronized (this) {
      closed = true;
      rest = new ArrayList<>(queue);
      queue.clear();
      handles = lanes.stream().map(lane -> lane.handle).toList();
    }
    rest.forEach(Call::cancel);
    handles.forEach(Handle::close);
  }
}
