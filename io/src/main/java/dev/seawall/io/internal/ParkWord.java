// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.WaitWord;
import java.util.concurrent.atomic.AtomicInteger;

/// A wait word without system calls of its own: waiters park, and [#advance] unparks each.
/// Thread-safe.
final class ParkWord implements WaitWord {
  private final AtomicInteger word = new AtomicInteger();
  private final WaiterList waiters = new WaiterList();

  @Override
  public int value() {
    return word.get();
  }

  @Override
  public void await(int seen, long timeoutNanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (word.get() == seen && timeoutNanos > 0) {
      waiters.await(word::get, seen, timeoutNanos);
    }
  }

  @Override
  public void advance() {
    word.getAndIncrement();
    waiters.wakeAll();
  }

  @Override
  public void close() {
    waiters.wakeAll();
  }
}
