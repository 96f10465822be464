// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.StorageException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentCompressor;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Compresses sealed segments in the background, one block a step, oldest first. Confined to the
/// maintenance worker.
final class CompressionWork {
  /// What a step found.
  enum Left {
    /// More to do now.
    MORE,
    /// A segment waits until it is durable.
    LATER,
    /// Nothing.
    NOTHING
  }

  private final OpenLog log;
  private final WalOptions options;
  private final Deque<Segment> waiting = new ArrayDeque<>();
  private @Nullable SegmentCompressor job;
  private long generation;
  private boolean begun;

  CompressionWork(OpenLog log, WalOptions options) {
    this.log = log;
    this.options = options;
  }

  /// A segment was sealed.
  void add(Segment sealed) {
    if (options.sealedCompression() != WalOptions.SealedCompression.NONE) {
      waiting.add(sealed);
    }
  }

  Left step() {
    if (options.sealedCompression() == WalOptions.SealedCompression.NONE
        || log.writer().failure() != null) {
      close();
      return Left.NOTHING;
    }
    if (!begun || generation != log.generation()) {
      begun = true;
      beginAnew();
    }
    SegmentCompressor current = job;
    if (current != null) {
      go(current);
      return Left.MORE;
    }
    Segment next = waiting.peek();
    if (next == null) {
      return Left.NOTHING;
    }
    if (next.number() >= log.writer().durableSegment()) {
      return Left.LATER;
    }
    waiting.remove();
    begin(next);
    return Left.MORE;
  }

  /// At open, and when a truncation has cut: every sealed segment that is left.
  private void beginAnew() {
    close();
    generation = log.generation();
    waiting.clear();
    for (Segment segment : log.segments().segments()) {
      if (segment.sealed()) {
        waiting.add(segment);
      }
    }
  }

  private void begin(Segment segment) {
    try {
      if (log.segments().byNumber(segment.number()) != null
          && SegmentCompressor.suits(log.files(), segment)) {
        job = SegmentCompressor.begin(log.files(), segment, options.sealedCompression());
      }
    } catch (StorageException e) {
      failed(segment, e);
    }
  }

  private void go(SegmentCompressor current) {
    boolean ended = true;
    try {
      if (current.step()) {
        ended = false;
        return;
      }
      if (log.compress(current) == SegmentCompressor.Outcome.DONE) {
        options.listener().segmentCompressed(current.segment().number());
      }
    } catch (StorageException e) {
      failed(current.segment(), e);
    } finally {
      if (ended) {
        close();
      }
    }
  }

  /// A segment that a truncation took away meanwhile is no failure.
  private void failed(Segment segment, StorageException cause) {
    if (log.segments().byNumber(segment.number()) != null && generation == log.generation()) {
      options.listener().compressionFailed(segment.number(), cause);
    }
  }

  /// Gives up what is under way; the segment stays as it is.
  void close() {
    SegmentCompressor current = job;
    job = null;
    if (current != null) {
      current.close();
    }
  }
}
