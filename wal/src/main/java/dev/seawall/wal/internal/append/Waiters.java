// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.io.Scheduler;
import dev.seawall.io.WaitWord;
import java.util.function.BooleanSupplier;

/// The durable position as others see it, and the words that its waiters sleep on: four, so that a
/// broadcast for one group seldom wakes those who wait for the next. Thread-safe; advanced by the
/// leader only.
final class Waiters implements AutoCloseable {
  private static final int WORDS = 4;

  private final WaitWord[] words = new WaitWord[WORDS];
  private final WaitWord progress;
  private volatile long durableSeq;
  private volatile long durableIndex;
  private volatile long durableBytes;
  private volatile long writtenIndex;
  private volatile long writtenSeq;

  Waiters(Scheduler scheduler, long durableIndex) {
    for (int i = 0; i < WORDS; i++) {
      words[i] = scheduler.newWaitWord();
    }
    progress = scheduler.newWaitWord();
    this.durableIndex = durableIndex;
    this.writtenIndex = durableIndex;
  }

  long durableSeq() {
    return durableSeq;
  }

  long durableIndex() {
    return durableIndex;
  }

  long durableBytes() {
    return durableBytes;
  }

  long writtenIndex() {
    return writtenIndex;
  }

  /// Returns the number of the last group handed to the file.
  long writtenSeq() {
    return writtenSeq;
  }

  void written(long seq, long index) {
    writtenIndex = index;
    writtenSeq = seq;
  }

  /// Publishes a durable prefix and wakes those who wait for it.
  void advance(long seq, long index, long bytes) {
    long before = durableSeq;
    assert seq >= before && index >= durableIndex : "durable moves forward only";
    durableBytes = bytes;
    durableIndex = index;
    durableSeq = seq;
    for (long i = Math.max(before + 1, seq - WORDS + 1); i <= seq; i++) {
      words[(int) (i & (WORDS - 1))].advance();
    }
    progress.advance();
  }

  /// Returns the word that every advance moves; for readers.
  WaitWord progress() {
    return progress;
  }

  /// Sets the durable index back after a suffix truncation.
  void truncated(long lastIndexKept) {
    durableIndex = lastIndexKept;
    writtenIndex = lastIndexKept;
    wakeAll();
  }

  /// Waits until a group is durable, or `failed` says that it will not be; who changes what that
  /// says calls [#wakeAll].
  void await(long seq, BooleanSupplier failed) throws InterruptedException {
    WaitWord word = words[(int) (seq & (WORDS - 1))];
    while (durableSeq < seq) {
      // First the word, then what it stands for: an advance in between has changed the word.
      int seen = word.value();
      if (durableSeq >= seq || failed.getAsBoolean()) {
        return;
      }
      word.await(seen, Long.MAX_VALUE);
    }
  }

  /// Waits until a group is written, or `failed` says that it will not be.
  ///
  /// @param moves moves when a group was written and when the log failed
  void awaitWritten(long seq, WaitWord moves, BooleanSupplier failed) throws InterruptedException {
    while (writtenSeq < seq) {
      int seen = moves.value();
      if (writtenSeq >= seq || failed.getAsBoolean()) {
        return;
      }
      moves.await(seen, Long.MAX_VALUE);
    }
  }

  /// Wakes everybody, for failure and close.
  void wakeAll() {
    for (WaitWord word : words) {
      word.advance();
    }
    progress.advance();
  }

  @Override
  public void close() {
    for (WaitWord word : words) {
      word.close();
    }
    progress.close();
  }
}
