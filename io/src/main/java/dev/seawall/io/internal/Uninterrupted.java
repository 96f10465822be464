// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/// Keeps an interrupt of the caller away from channels, and gives it back afterwards.
final class Uninterrupted {

  /// Something that can be done again from its start.
  @FunctionalInterface
  interface Action<T> {
    T run() throws IOException;
  }

  private Uninterrupted() {}

  /// Runs `action`, again when an interrupt closed its channel in the middle.
  static <T> T call(Action<T> action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return action.run();
        } catch (ClosedByInterruptException _) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
