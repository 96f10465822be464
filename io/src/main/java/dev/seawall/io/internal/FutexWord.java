// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.WaitWord;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/// A wait word on a Linux futex: one system call wakes all platform threads. Thread-safe.
///
/// A sleep in the kernel does not hear `Thread.interrupt`, so it lasts 8.4 ms at most, and the flag
/// is looked at in between. Virtual threads would hold their carrier in the call; they park in a
/// [WaiterList]. Waiting on a platform thread and advancing allocate nothing. The memory belongs to
/// the garbage collector, because a waiter may be late.
final class FutexWord implements WaitWord {
  private static final long CACHE_LINE_BYTES = 64;
  private static final int SHORTEST_SHIFT = 10;
  private static final int USUAL_SHIFT = 23;
  private static final int LONGEST_SHIFT = 40;
  private static final long NANOS_A_SECOND = 1_000_000_000;
  private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();
  private static final MemorySegment[] TIMEOUTS = timeouts();

  private final MemorySegment word = Arena.ofAuto().allocate(CACHE_LINE_BYTES, CACHE_LINE_BYTES);
  private final int longestShift;
  private final AtomicInteger sleepers = new AtomicInteger();
  private final WaiterList parked = new WaiterList();

  FutexWord() {
    this(USUAL_SHIFT);
  }

  /// With another limit of one sleep, 2 to the power of `longestShift` nanoseconds; for tests,
  /// where a lost wake-up must not heal itself.
  FutexWord(int longestShift) {
    this.longestShift = longestShift;
  }

  @Override
  public int value() {
    return (int) WORD.getVolatile(word, 0L);
  }

  @Override
  public void await(int seen, long timeoutNanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (value() != seen || timeoutNanos <= 0) {
      return;
    }
    if (Thread.currentThread().isVirtual()) {
      parked.await(this::value, seen, timeoutNanos);
      return;
    }
    long start = System.nanoTime();
    long left = timeoutNanos;
    // The same order as in WaiterList: first be counted, then look at the word (the kernel does);
    // advance changes it, then looks here.
    sleepers.getAndIncrement();
    try {
      while (left > 0 && value() == seen) {
        NativeCalls.futexWait(word, seen, timeoutNotOver(left));
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        left = timeoutNanos - (System.nanoTime() - start);
      }
    } finally {
      sleepers.getAndDecrement();
    }
  }

  @Override
  public void advance() {
    int _ = (int) WORD.getAndAdd(word, 0L, 1);
    if (sleepers.get() != 0) {
      NativeCalls.futexWakeAll(word);
    }
    parked.wakeAll();
  }

  @Override
  public void close() {
    parked.wakeAll();
  }

  /// Returns the longest prepared timeout that ends before `nanos` have passed, or the shortest (1
  /// µs).
  private MemorySegment timeoutNotOver(long nanos) {
    int shift = 63 - Long.numberOfLeadingZeros(nanos);
    return TIMEOUTS[Math.clamp(shift, SHORTEST_SHIFT, longestShift) - SHORTEST_SHIFT];
  }

  // A `struct timespec` for each power of two, never written again: so waiting allocates nothing.
  private static MemorySegment[] timeouts() {
    MemorySegment[] result = new MemorySegment[LONGEST_SHIFT - SHORTEST_SHIFT + 1];
    for (int i = 0; i < result.length; i++) {
      result[i] = Arena.ofAuto().allocate(16, Long.BYTES);
      long nanos = 1L << (i + SHORTEST_SHIFT);
      result[i].set(ValueLayout.JAVA_LONG, 0, nanos / NANOS_A_SECOND);
      result[i].set(ValueLayout.JAVA_LONG, 8, nanos % NANOS_A_SECOND);
    }
    return result;
  }
}
