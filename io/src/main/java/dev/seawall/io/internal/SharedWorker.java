// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.Scheduler;
import dev.seawall.io.Worker;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A worker on the shared pool: in the queue at most once, running at most once. Thread-safe.
final class SharedWorker implements Scheduler.Handle {
  private enum State {
    IDLE,
    QUEUED,
    RUNNING,
    STOPPED
  }

  private final String name;
  private final Worker worker;
  private final UncaughtExceptionHandler failedWorker;
  private final ScheduledExecutorService pool;
  private final Consumer<Scheduler.Handle> whenEnded;

  // All guarded by this.
  private State state = State.IDLE;
  private boolean woken;
  private boolean stopping;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable Thread runner;

  SharedWorker(
      String name,
      Worker worker,
      UncaughtExceptionHandler failedWorker,
      ScheduledExecutorService pool,
      Consumer<Scheduler.Handle> whenEnded) {
    this.name = name;
    this.worker = worker;
    this.failedWorker = failedWorker;
    this.pool = pool;
    this.whenEnded = whenEnded;
  }

  @Override
  public synchronized void wake() {
    switch (state) {
      case RUNNING -> woken = true;
      case IDLE -> enqueue(0);
      case QUEUED, STOPPED -> {}
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (Thread.currentThread().equals(runner)) {
        throw new IllegalStateException("a worker cannot close its own handle");
      }
      stopping = true;
      if (state != State.RUNNING) {
        state = State.STOPPED;
        cancelTimer();
      }
      boolean interrupted = false;
      while (state != State.STOPPED) {
        try {
          wait();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    whenEnded.accept(this);
  }

  private void run() {
    Thread thread = Thread.currentThread();
    synchronized (this) {
      if (state != State.QUEUED && state != State.IDLE) {
        return;
      }
      state = State.RUNNING;
      runner = thread;
      woken = false;
      cancelTimer();
    }
    String poolName = thread.getName();
    thread.setName(name);
    Throwable thrown = null;
    long nanos = Worker.UNTIL_WOKEN;
    try {
      nanos = worker.step();
    } catch (Throwable e) {
      thrown = e;
      failedWorker.uncaughtException(thread, e);
    } finally {
      Thread.interrupted();
      thread.setName(poolName);
      ended(nanos, thrown != null);
    }
  }

  private void ended(long nanos, boolean failed) {
    synchronized (this) {
      runner = null;
      if (stopping || failed) {
        state = State.STOPPED;
        notifyAll();
      } else if (woken) {
        enqueue(0);
      } else {
        state = State.IDLE;
        if (nanos != Worker.UNTIL_WOKEN) {
          enqueue(nanos);
        }
      }
    }
    if (failed) {
      whenEnded.accept(this);
    }
  }

  // Called with the lock held. A timer leaves the worker idle, so that a wake-up can overtake it.
  private void enqueue(long nanos) {
    cancelTimer();
    try {
      if (nanos <= 0) {
        state = State.QUEUED;
        pool.execute(this::run);
      } else {
        timer = pool.schedule(this::run, nanos, TimeUnit.NANOSECONDS);
      }
    } catch (RejectedExecutionException _) {
      // The scheduler was closed: nothing runs any more.
      state = State.STOPPED;
      notifyAll();
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
