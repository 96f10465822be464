// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether one may write to a replica: a [Lease], or nothing. Thread-safe.
public interface Fence {
  /// Where it stands.
  enum State {
    /// Not now; perhaps later.
    WAITING,
    /// Yes.
    HELD,
    /// Never again, see [#lost].
    LOST
  }

  /// Returns whether a write may be published at this moment.
  State state();

  /// Returns the number of this ownership; 0 without one.
  long epoch();

  /// Returns all ownerships up to this one.
  Epochs epochs();

  /// Returns what was drawn at random for this ownership.
  String writer();

  /// Returns why it was lost; null unless it was.
  @Nullable LeaseLostException lost();

  /// Says that something waits to be written: a fence that rests while nothing does seeks to be
  /// held again. Cheap, any thread.
  default void want() {}

  /// Runs `action` after every change of the state, on any thread; short.
  void onChange(Runnable action);

  /// Reads what must be known before the first write. Blocks.
  default void learn(Replica replica) throws IOException {}

  /// Returns a fence that always lets through: for a store that nobody else can write to. It knows
  /// the ownerships that others, or former lives with a lease, have claimed: their void links give
  /// way.
  static Fence none(String writer) {
    return new Fence() {
      private volatile Epochs known = Epochs.of(List.of());

      @Override
      public void learn(Replica replica) throws IOException {
        known = Epochs.list(replica);
      }

      @Override
      public State state() {
        return State.HELD;
      }

      @Override
      public long epoch() {
        return 0;
      }

      @Override
      public Epochs epochs() {
        return known;
      }

      @Override
      public String writer() {
        return writer;
      }

      @Override
      public @Nullable LeaseLostException lost() {
        return null;
      }

      @Override
      public void onChange(Runnable action) {}
    };
  }
}
