// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.Scheduler;
import dev.seawall.io.Worker;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// A worker with a thread of its own. Thread-safe.
final class DedicatedWorker implements Scheduler.Handle {
  private final Worker worker;
  private final UncaughtExceptionHandler failedWorker;
  private final Consumer<Scheduler.Handle> whenEnded;
  private final Thread thread;
  // Set by wake, taken before a step: what is set during the step is seen after it.
  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile boolean stopped;

  DedicatedWorker(
      String name,
      Worker worker,
      UncaughtExceptionHandler failedWorker,
      Consumer<Scheduler.Handle> whenEnded) {
    this.worker = worker;
    this.failedWorker = failedWorker;
    this.whenEnded = whenEnded;
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  @Override
  public void wake() {
    if (!woken.getAndSet(true)) {
      LockSupport.unpark(thread);
    }
  }

  /// Starts the thread; called once, by the scheduler.
  void start() {
    thread.start();
  }

  @Override
  public void close() {
    if (Thread.currentThread().equals(thread)) {
      throw new IllegalStateException("a worker cannot close its own handle");
    }
    stopped = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopped) {
        woken.set(false);
        long nanos = worker.step();
        if (nanos == Worker.UNTIL_OPERATION) {
          worker.awaitOperation();
        } else {
          pause(nanos);
        }
      }
    } catch (Throwable e) {
      failedWorker.uncaughtException(thread, e);
    } finally {
      whenEnded.accept(this);
    }
  }

  private void pause(long nanos) {
    long start = System.nanoTime();
    while (!woken.get() && !stopped) {
      if (nanos == Worker.UNTIL_WOKEN) {
        LockSupport.park(this);
      } else {
        long left = nanos - (System.nanoTime() - start);
        if (left <= 0) {
          return;
        }
        LockSupport.parkNanos(this, left);
      }
      // Nobody outside has this thread; a flag the step left behind would make parking spin.
      Thread.interrupted();
    }
  }
}
