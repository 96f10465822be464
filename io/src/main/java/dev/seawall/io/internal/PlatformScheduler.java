// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.Scheduler;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Threads of the operating system: one for each dedicated worker, at most two per processor for
/// all others. Thread-safe.
///
/// All are daemons. What [Worker#step] throws goes to the handler, with the thread, and that worker
/// is never called again: it stops visibly, and whoever started it decides in the handler what that
/// means.
public final class PlatformScheduler implements Scheduler {
  private static final long IDLE_SECONDS = 10;

  private final UncaughtExceptionHandler failedWorker;
  private final boolean futexes;
  private final Set<Handle> started = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor pool;
  private volatile boolean closed;

  public PlatformScheduler(UncaughtExceptionHandler failedWorker) {
    this(failedWorker, NativeAccess.isAvailable());
  }

  /// @param futexes whether wait words are the kernel's; to link its calls takes a start 20 ms
  public PlatformScheduler(UncaughtExceptionHandler failedWorker, boolean futexes) {
    this.failedWorker = failedWorker;
    this.futexes = futexes;
    AtomicInteger number = new AtomicInteger();
    int threads = 2 * Runtime.getRuntime().availableProcessors();
    pool =
        new ScheduledThreadPoolExecutor(
            threads,
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("seawall-shared-" + number.incrementAndGet())
                    .unstarted(task));
    pool.setRemoveOnCancelPolicy(true);
    pool.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public Handle start(String name, Placement placement, Worker worker) {
    if (closed) {
      throw new IllegalStateException("the scheduler is closed");
    }
    return switch (placement) {
      case DEDICATED -> {
        var own = new DedicatedWorker(name, worker, failedWorker, started::remove);
        started.add(own);
        own.start();
        yield own;
      }
      case SHARED -> {
        var shared = new SharedWorker(name, worker, failedWorker, pool, started::remove);
        started.add(shared);
        shared.wake();
        yield shared;
      }
    };
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // A hint: nothing depends on who runs next.
  public void pause() {
    Thread.yield();
  }

  @Override
  public WaitWord newWaitWord() {
    return futexes ? new FutexWord() : new ParkWord();
  }

  @Override
  public void close() {
    closed = true;
    List<Handle> rest = new ArrayList<>(started);
    rest.forEach(Handle::close);
    pool.shutdownNow();
  }
}
