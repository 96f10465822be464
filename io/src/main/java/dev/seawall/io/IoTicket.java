// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import org.jspecify.annotations.Nullable;

/// The receipt of one submitted operation; reusable, so that a steady stream of writes allocates
/// nothing.
///
/// Its owner submits it, polls the queue until [#isDone], and may then submit it again. Confined to
/// the queue's thread.
public final class IoTicket {
  private enum State {
    IDLE,
    IN_FLIGHT,
    DONE
  }

  private State state = State.IDLE;
  private @Nullable StorageException failure;

  /// Makes an idle ticket.
  public IoTicket() {}

  /// For implementations of [StorageFile]: the operation was accepted.
  public void begin() {
    if (state == State.IN_FLIGHT) {
      throw new IllegalStateException("ticket submitted twice");
    }
    state = State.IN_FLIGHT;
    failure = null;
  }

  /// For implementations of [IoQueue], while polling: the operation ended, well (null) or not.
  public void complete(@Nullable StorageException cause) {
    if (state != State.IN_FLIGHT) {
      throw new IllegalStateException("ticket completed while " + state);
    }
    state = State.DONE;
    failure = cause;
  }

  /// Returns whether the last operation ended.
  public boolean isDone() {
    return state == State.DONE;
  }

  /// Returns whether an operation is under way.
  public boolean isInFlight() {
    return state == State.IN_FLIGHT;
  }

  /// Returns why the last operation failed; null when it succeeded or is not done.
  public @Nullable StorageException failure() {
    return failure;
  }
}
