// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A ring whose requests are made by a few threads, one system call each.
///
/// Its threads are daemons, start with it and end in [#close]. They repeat nothing and decide
/// nothing: what a call returned is the result. Whoever waits leaves a little garbage, as any lock
/// of the JDK does.
final class ThreadRing implements Ring {
  /// The most that was measured (facts/limits.md): two make 1.6 times the writes of one, four 2.3.
  static final int THREADS = 4;

  private static final int EFAULT = 14;

  private final Request[] requests;
  private final Request end = new Request(-1);
  private final ArrayDeque<Request> prepared = new ArrayDeque<>();
  private final ArrayBlockingQueue<Request> toDo;
  private final ArrayBlockingQueue<Request> done;
  // As many permits as there are requests in `done`, and one for a wake-up.
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Semaphore landed = new Semaphore(0);
  private final List<Thread> threads = new ArrayList<>();
  private boolean closed;

  /// One request; written by the ring's owner before it is handed over, and by its thread after.
  private static final class Request {
    final int id;
    int descriptor;
    @Nullable MemorySegment source;
    long position;
    boolean durable;
    boolean dataOnly;
    int result;

    Request(int id) {
      this.id = id;
    }
  }

  private ThreadRing(int entries) {
    requests = new Request[entries];
    for (int i = 0; i < entries; i++) {
      requests[i] = new Request(i);
    }
    toDo = new ArrayBlockingQueue<>(entries + THREADS);
    done = new ArrayBlockingQueue<>(entries);
  }

  /// Makes one and starts its threads.
  ///
  /// @throws RingRefusedException when the system gives this process no further thread
  static ThreadRing open(int entries) throws RingRefusedException {
    return open(entries, Thread.ofPlatform().daemon().name("seawall-writer-", 1).factory());
  }

  static ThreadRing open(int entries, ThreadFactory factory) throws RingRefusedException {
    ThreadRing ring = new ThreadRing(entries);
    try {
      for (int i = 0; i < THREADS; i++) {
        Thread thread = factory.newThread(ring::run);
        thread.start();
        ring.threads.add(thread);
      }
    } catch (OutOfMemoryError e) {
      // What a JVM throws when a limit of processes or of the container is reached.
      ring.close();
      throw new RingRefusedException("no writer thread could be started: " + e.getMessage());
    }
    return ring;
  }

  @Override
  public int entries() {
    return requests.length;
  }

  @Override
  public boolean prepareWrite(
      int id, int descriptor, MemorySegment source, long position, boolean durable) {
    Request request = requests[id];
    request.descriptor = descriptor;
    request.source = source;
    request.position = position;
    request.durable = durable;
    prepared.addLast(request);
    return true;
  }

  @Override
  public boolean prepareSync(int id, int descriptor, boolean dataOnly) {
    Request request = requests[id];
    request.descriptor = descriptor;
    request.source = null;
    request.dataOnly = dataOnly;
    prepared.addLast(request);
    return true;
  }

  @Override
  public int submit(int wait) {
    int handed = 0;
    Request next;
    while ((next = prepared.poll()) != null) {
      toDo.add(next);
      handed++;
    }
    if (wait > 0) {
      landed.acquireUninterruptibly(wait);
      landed.release(wait);
    }
    return handed;
  }

  @Override
  public void wake() {
    if (!woken.getAndSet(true)) {
      landed.release();
    }
  }

  @Override
  public int reap(Results results) {
    int reaped = 0;
    while (landed.tryAcquire()) {
      Request request = done.poll();
      if (request == null) {
        // Its permit was the wake-up's: every other one follows its request.
        woken.set(false);
        continue;
      }
      request.source = null;
      results.ended(request.id, request.result);
      reaped++;
    }
    return reaped;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (int i = 0; i < THREADS; i++) {
      toDo.add(end);
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings("ReferenceEquality") // The one request that stands for the end.
  private void run() {
    Arena memory = Arena.ofAuto();
    MemorySegment state = memory.allocate(NativeCalls.STATE_BYTES, Long.BYTES);
    MemorySegment iovec = memory.allocate(16, Long.BYTES);
    while (true) {
      Request request;
      try {
        request = toDo.take();
      } catch (InterruptedException _) {
        // Nobody outside has this thread.
        continue;
      }
      if (request == end) {
        return;
      }
      long result;
      try {
        result = call(request, state, iovec);
      } catch (RuntimeException _) {
        // For example memory of an arena that was closed meanwhile.
        result = -EFAULT;
      }
      request.result = (int) result;
      done.add(request);
      landed.release();
    }
  }

  private static long call(Request request, MemorySegment state, MemorySegment iovec) {
    long result;
    MemorySegment source = request.source;
    if (source == null) {
      result =
          request.dataOnly
              ? NativeCalls.fdatasync(state, request.descriptor)
              : NativeCalls.fsync(state, request.descriptor);
    } else if (request.durable) {
      result = writeSynced(request, source, state, iovec);
    } else {
      result =
          NativeCalls.pwrite(
              state, request.descriptor, source, source.byteSize(), request.position);
    }
    return result < 0 ? -NativeCalls.errno(state) : result;
  }

  private static long writeSynced(
      Request request, MemorySegment source, MemorySegment state, MemorySegment iovec) {
    try {
      iovec.set(ValueLayout.JAVA_LONG, 0, source.address());
      iovec.set(ValueLayout.JAVA_LONG, Long.BYTES, source.byteSize());
      return NativeCalls.pwritev2(
          state, request.descriptor, iovec, request.position, NativeCalls.RWF_DSYNC);
    } finally {
      Reference.reachabilityFence(source);
    }
  }
}
