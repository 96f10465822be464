// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.Scheduler;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import java.util.function.Supplier;

/// A scheduler that has nothing but words to wait on, whose waits do not end by themselves: a lost
/// wake-up hangs.
///
/// @param words makes them
public record StressWords(Supplier<WaitWord> words) implements Scheduler {
  private static final int EIGHTEEN_MINUTES_SHIFT = 40;

  /// Makes words of parked threads.
  public static StressWords parking() {
    return new StressWords(ParkWord::new);
  }

  /// Makes words of the kernel's.
  public static StressWords futex() {
    if (!NativeAccess.isAvailable()) {
      throw new IllegalStateException(NativeAccess.refusal());
    }
    return new StressWords(() -> new FutexWord(EIGHTEEN_MINUTES_SHIFT));
  }

  @Override
  public WaitWord newWaitWord() {
    return words.get();
  }

  @Override
  public Handle start(String name, Placement placement, Worker worker) {
    throw new UnsupportedOperationException(name);
  }

  @Override
  public void pause() {
    Thread.onSpinWait();
  }

  @Override
  public void close() {}
}
