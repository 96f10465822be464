// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec.internal;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;

/// Native contexts of a library that nobody uses at the moment, for the whole process: making one
/// takes longer than a short record. As many as there are processors are kept, and never freed.
/// Thread-safe, virtual threads included: a context belongs to a call, not to a thread.
final class Idle<C extends AutoCloseable> {
  private final ArrayBlockingQueue<C> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
  private final Supplier<C> make;

  Idle(Supplier<C> make) {
    this.make = make;
  }

  /// Takes one, or makes one.
  C take() {
    C context = idle.poll();
    return context == null ? make.get() : context;
  }

  /// Gives one back; one that failed at its work is freed, and so is one too many.
  void giveBack(C context, boolean sound) {
    if (sound && idle.offer(context)) {
      return;
    }
    try {
      context.close();
    } catch (Exception e) {
      throw new IllegalStateException("free a native context", e);
    }
  }
}
