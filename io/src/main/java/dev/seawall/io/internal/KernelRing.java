// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// An `io_uring` of the kernel, by raw system calls.
///
/// Made without `SINGLE_ISSUER`, `DEFER_TASKRUN` and `COOP_TASKRUN`: those bind it to one thread,
/// or let the results of a thread that computes wait for the next tick, while here whoever leads a
/// group submits, and somebody else may reap. Offsets and numbers are those of `linux/io_uring.h`.
final class KernelRing implements Ring {
  private static final int PARAMS_BYTES = 120;
  private static final int SQ_ENTRIES_AT = 0;
  private static final int CQ_ENTRIES_AT = 4;
  private static final int FEATURES_AT = 20;
  private static final int SQ_OFFSETS_AT = 40;
  private static final int CQ_OFFSETS_AT = 80;
  private static final int HEAD = 0;
  private static final int TAIL = 4;
  private static final int MASK = 8;
  private static final int SQ_ARRAY = 24;
  private static final int CQ_CQES = 20;

  /// One mapping for both queues, no result is dropped, plain writes: Linux 5.6.
  private static final int NEEDED_FEATURES = 1 | 2 | 8;

  private static final long SQES_OFFSET = 0x1000_0000L;
  private static final int SQE_BYTES = 64;
  private static final int SQE_OPCODE = 0;
  private static final int SQE_DESCRIPTOR = 4;
  private static final int SQE_POSITION = 8;
  private static final int SQE_ADDRESS = 16;
  private static final int SQE_LENGTH = 24;
  private static final int SQE_FLAGS = 28;
  private static final int SQE_ID = 32;
  private static final int CQE_BYTES = 16;
  private static final int CQE_RESULT = 8;
  private static final byte OP_NOP = 0;
  private static final byte OP_FSYNC = 3;
  private static final byte OP_POLL_ADD = 6;
  private static final byte OP_WRITE = 23;
  private static final int FSYNC_DATASYNC = 1;
  private static final int POLL_IN = 1;
  private static final int WATCH_ID = -1;
  private static final long MAX_BYTES = 1 << 30;
  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_LONG, 1L);

  private final Arena arena;
  private final MemorySegment state;
  private final int descriptor;
  private final int event;
  private final MemorySegment count;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Object waking = new Object();
  private final MemorySegment rings;
  private final MemorySegment sqes;
  private final int entries;
  private final long sqHeadAt;
  private final long sqTailAt;
  private final long cqHeadAt;
  private final long cqTailAt;
  private final int cqMask;
  private final long cqesAt;
  private int sqTail;
  private int cqHead;

  /// Whether the request that ends a sleep on a wake-up is in the ring, and since which place.
  private boolean watching;

  private int watchedFrom;
  private boolean closed;

  private KernelRing(
      Arena arena, MemorySegment state, int descriptor, int event, MemorySegment params)
      throws RingRefusedException {
    this.arena = arena;
    this.state = state;
    this.descriptor = descriptor;
    this.event = event;
    count = arena.allocate(Long.BYTES, Long.BYTES);
    entries = params.get(JAVA_INT, SQ_ENTRIES_AT);
    long arrayAt = params.get(JAVA_INT, SQ_OFFSETS_AT + SQ_ARRAY);
    cqesAt = params.get(JAVA_INT, CQ_OFFSETS_AT + CQ_CQES);
    long cqesBytes = (long) params.get(JAVA_INT, CQ_ENTRIES_AT) * CQE_BYTES;
    rings = map(0, Math.max(arrayAt + (long) entries * Integer.BYTES, cqesAt + cqesBytes));
    sqes = map(SQES_OFFSET, (long) entries * SQE_BYTES);
    sqHeadAt = params.get(JAVA_INT, SQ_OFFSETS_AT + HEAD);
    sqTailAt = params.get(JAVA_INT, SQ_OFFSETS_AT + TAIL);
    cqHeadAt = params.get(JAVA_INT, CQ_OFFSETS_AT + HEAD);
    cqTailAt = params.get(JAVA_INT, CQ_OFFSETS_AT + TAIL);
    cqMask = rings.get(JAVA_INT, params.get(JAVA_INT, CQ_OFFSETS_AT + MASK));
    for (int i = 0; i < entries; i++) {
      rings.set(JAVA_INT, arrayAt + (long) i * Integer.BYTES, i);
    }
  }

  /// Makes one.
  ///
  /// @param entries a power of two
  static KernelRing open(int entries) throws RingRefusedException {
    Arena arena = Arena.ofShared();
    int descriptor = -1;
    int event = -1;
    try {
      MemorySegment state = arena.allocate(NativeCalls.STATE_BYTES, Long.BYTES);
      MemorySegment params = arena.allocate(PARAMS_BYTES, Long.BYTES);
      descriptor = NativeCalls.uringSetup(state, entries, params);
      if (descriptor < 0) {
        throw new RingRefusedException(refusal("io_uring_setup", NativeCalls.errno(state)));
      }
      if ((params.get(JAVA_INT, FEATURES_AT) & NEEDED_FEATURES) != NEEDED_FEATURES) {
        throw new RingRefusedException("io_uring of this kernel is too old; it needs Linux 5.6");
      }
      event = NativeCalls.eventFd(state);
      if (event < 0) {
        throw new RingRefusedException(refusal("eventfd", NativeCalls.errno(state)));
      }
      return new KernelRing(arena, state, descriptor, event, params);
    } catch (Throwable e) {
      for (int open : new int[] {descriptor, event}) {
        if (open >= 0) {
          NativeCalls.close(arena.allocate(NativeCalls.STATE_BYTES, Long.BYTES), open);
        }
      }
      arena.close();
      throw e;
    }
  }

  /// Says why there is no working ring here, as the end of a sentence; null when there is one.
  /// Makes one, sends a request through it and closes it.
  static @Nullable String refusal() {
    try (KernelRing ring = open(1)) {
      if (!ring.prepare(OP_NOP, 1, -1)) {
        return "io_uring took no request";
      }
      ring.publish();
      int taken;
      do {
        taken = ring.submit(1);
      } while (taken == -Errno.EINTR || taken == -Errno.EAGAIN);
      if (taken < 0) {
        return refusal("io_uring_enter", -taken);
      }
      int ended = ring.reap((_, _) -> {});
      return ended == 1 ? null : "io_uring lost a request";
    } catch (RingRefusedException e) {
      return e.why();
    }
  }

  @Override
  public int entries() {
    return entries;
  }

  @Override
  public boolean prepareWrite(
      int id, int file, MemorySegment source, long position, boolean durable) {
    if (!prepare(OP_WRITE, id, file)) {
      return false;
    }
    long at = place();
    sqes.set(JAVA_LONG, at + SQE_POSITION, position);
    sqes.set(JAVA_LONG, at + SQE_ADDRESS, source.address());
    sqes.set(JAVA_INT, at + SQE_LENGTH, (int) Math.min(source.byteSize(), MAX_BYTES));
    sqes.set(JAVA_INT, at + SQE_FLAGS, durable ? NativeCalls.RWF_DSYNC : 0);
    publish();
    return true;
  }

  @Override
  public boolean prepareSync(int id, int file, boolean dataOnly) {
    if (!prepare(OP_FSYNC, id, file)) {
      return false;
    }
    sqes.set(JAVA_INT, place() + SQE_FLAGS, dataOnly ? FSYNC_DATASYNC : 0);
    publish();
    return true;
  }

  @Override
  public int submit(int wait) {
    if (wait > 0) {
      watch();
    }
    int head = (int) INT.getAcquire(rings, sqHeadAt);
    int prepared = sqTail - head;
    if (prepared == 0 && wait == 0) {
      return 0;
    }
    int flags = wait > 0 ? NativeCalls.IORING_ENTER_GETEVENTS : 0;
    int taken = NativeCalls.uringEnter(state, descriptor, prepared, wait, flags);
    if (taken < 0) {
      return -NativeCalls.errno(state);
    }
    // What watches for wake-ups is nobody else's business.
    int watch = watchedFrom - head;
    return watching && watch >= 0 && watch < taken ? taken - 1 : taken;
  }

  /// Prepares the request that ends when somebody calls [#wake]. Without a free entry the sleep
  /// ends with a result only.
  private void watch() {
    if (!watching && prepare(OP_POLL_ADD, WATCH_ID, event)) {
      sqes.set(JAVA_INT, place() + SQE_FLAGS, POLL_IN);
      watching = true;
      watchedFrom = sqTail;
      publish();
    }
  }

  @Override
  public void wake() {
    if (!woken.getAndSet(true)) {
      synchronized (waking) {
        if (!closed) {
          NativeCalls.signalEvent(event, ONE);
        }
      }
    }
  }

  private void woke() {
    watching = false;
    NativeCalls.clearEvent(event, count);
    woken.set(false);
  }

  @Override
  public int reap(Results results) {
    int reaped = 0;
    while (cqHead != (int) INT.getAcquire(rings, cqTailAt)) {
      long at = cqesAt + (long) (cqHead & cqMask) * CQE_BYTES;
      int id = (int) rings.get(JAVA_LONG, at);
      int result = rings.get(JAVA_INT, at + CQE_RESULT);
      cqHead++;
      INT.setRelease(rings, cqHeadAt, cqHead);
      if (id == WATCH_ID) {
        woke();
      } else {
        reaped++;
        results.ended(id, result);
      }
    }
    return reaped;
  }

  @Override
  public void close() {
    synchronized (waking) {
      if (closed) {
        return;
      }
      closed = true;
      NativeCalls.close(state, event);
    }
    NativeCalls.close(state, descriptor);
    arena.close();
  }

  /// Begins an entry; false when the kernel has not taken enough of the earlier ones.
  private boolean prepare(byte opcode, int id, int file) {
    if (sqTail - (int) INT.getAcquire(rings, sqHeadAt) >= entries) {
      return false;
    }
    long at = place();
    for (int i = 0; i < SQE_BYTES; i += Long.BYTES) {
      sqes.set(JAVA_LONG, at + i, 0);
    }
    sqes.set(JAVA_BYTE, at + SQE_OPCODE, opcode);
    sqes.set(JAVA_INT, at + SQE_DESCRIPTOR, file);
    sqes.set(JAVA_LONG, at + SQE_ID, id);
    return true;
  }

  /// Ends the entry; the kernel looks at it in the next [#submit].
  private void publish() {
    sqTail++;
    INT.setRelease(rings, sqTailAt, sqTail);
  }

  private long place() {
    return (long) (sqTail & (entries - 1)) * SQE_BYTES;
  }

  @SuppressWarnings("restricted")
  private MemorySegment map(long offset, long bytes) throws RingRefusedException {
    MemorySegment raw = NativeCalls.mapShared(descriptor, offset, bytes);
    if (raw.address() == -1) {
      throw new RingRefusedException("the queues of io_uring cannot be mapped");
    }
    return raw.reinterpret(bytes, arena, all -> NativeCalls.unmap(all, bytes));
  }

  private static String refusal(String call, int errno) {
    String why =
        switch (errno) {
          case Errno.EPERM ->
              "forbidden, by a container's seccomp profile or kernel.io_uring_disabled";
          case Errno.ENOSYS -> "the kernel has none, or a sandbox hides it";
          case Errno.ENOMEM -> "no memory; raise `ulimit -l`";
          default -> Errno.describe(errno);
        };
    return "io_uring cannot be used (" + call + ": " + why + ")";
  }
}
