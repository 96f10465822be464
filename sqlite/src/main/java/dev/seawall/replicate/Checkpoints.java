// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.TimeSource;
import dev.seawall.sqlite.internal.SqliteSource.Checkpointed;
import dev.seawall.sqlite.internal.WalCapture;
import java.io.IOException;

/// Decides when SQLite's WAL is moved into the database, and does it. Confined to the replicator's
/// steps.
///
/// While we hold the pin nobody else can do it, so the length of the WAL is our business. Only what
/// is durable in the local queue is ever moved: most of it while writers go on
/// ([WalCapture#checkpointAhead]), the rest is captured and moved under the write lock
/// ([WalCapture#checkpoint]).
final class Checkpoints {
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final int MOST_ROUNDS = 4;
  private static final long FIRST_RETRY_NANOS = 50 * NANOS_PER_MILLI;
  private static final long LAST_RETRY_NANOS = 1000 * NANOS_PER_MILLI;

  private final ReplicatorOptions options;
  private final TimeSource time;
  private final Events events;
  private long lastNanos;
  private long retryStartNanos;
  private long retryNanos;
  // Whether something was captured that a checkpoint has not moved.
  private boolean dirty;

  Checkpoints(ReplicatorOptions options, TimeSource time, Events events) {
    this.options = options;
    this.time = time;
    this.events = events;
    this.lastNanos = time.nanoTime();
  }

  /// Something was captured.
  void captured() {
    dirty = true;
  }

  /// Returns whether it is time.
  boolean isDue(WalCapture capture) {
    long now = time.nanoTime();
    if (!dirty || now - retryStartNanos < retryNanos) {
      return false;
    }
    long frameBytes = capture.frameBytes();
    boolean big =
        frameBytes > 0 && capture.capturedBytes() / frameBytes >= options.minCheckpointPages();
    long interval = options.checkpointIntervalMillis() * NANOS_PER_MILLI;
    return big || (interval > 0 && now - lastNanos >= interval);
  }

  /// Tries.
  ///
  /// @param safe makes captured pages durable
  void run(WalCapture capture, WalCapture.Keeper safe) throws IOException {
    for (int round = 0; round < MOST_ROUNDS && isNew(capture, round); round++) {
      if (!capture.checkpointAhead(safe)) {
        later(time.nanoTime(), FIRST_RETRY_NANOS);
        return;
      }
    }
    // From here on writers wait.
    long start = time.nanoTime();
    Checkpointed done = capture.checkpoint(safe);
    long end = time.nanoTime();
    if (done == null) {
      later(end, FIRST_RETRY_NANOS);
      return;
    }
    events
        .listener()
        .checkpointed(
            CheckpointMode.PASSIVE,
            done.busy(),
            done.walFrames(),
            done.checkpointedFrames(),
            end - start);
    if (!done.isComplete()) {
      // A reader is in the way; frames behind it are moved next time.
      later(end, LAST_RETRY_NANOS);
      return;
    }
    dirty = false;
    lastNanos = end;
    retryNanos = 0;
    truncate(capture);
  }

  // What came while the last round ran would be moved, and synced, under the write lock.
  private static boolean isNew(WalCapture capture, int round) throws IOException {
    return round == 0 || capture.look() instanceof WalCapture.Look.Changed;
  }

  private void later(long now, long firstNanos) {
    retryStartNanos = now;
    retryNanos = Math.min(LAST_RETRY_NANOS, Math.max(firstNanos, retryNanos * 2));
  }

  private void truncate(WalCapture capture) throws IOException {
    long limit = options.truncatePages() * capture.frameBytes();
    if (limit == 0 || capture.walBytes() < limit) {
      return;
    }
    long start = time.nanoTime();
    Checkpointed done = capture.truncate();
    if (done != null) {
      events
          .listener()
          .checkpointed(
              CheckpointMode.TRUNCATE,
              done.busy(),
              done.walFrames(),
              done.checkpointedFrames(),
              time.nanoTime() - start);
    }
  }
}
