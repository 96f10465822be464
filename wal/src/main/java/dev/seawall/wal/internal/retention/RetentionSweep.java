// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.retention;

import dev.seawall.io.TimeSource;
import dev.seawall.wal.Retention;
import dev.seawall.wal.WalListener;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentSet;
import java.util.List;

/// Decides how far the limits of [Retention] reach: a pure rule over the segments, the floor and
/// the clocks. Confined to one thread.
public final class RetentionSweep {
  private static final long TOLERATED_MILLIS = 60_000;

  private final Retention retention;
  private final TimeSource time;
  private final WalListener listener;
  private final long openedNanos;
  private final long openedMillis;
  private boolean toldClocks;

  public RetentionSweep(Retention retention, TimeSource time, WalListener listener) {
    this.retention = retention;
    this.time = time;
    this.listener = listener;
    this.openedNanos = time.nanoTime();
    this.openedMillis = time.wallMillis();
  }

  /// Returns whether any limit is set.
  public boolean active() {
    return retention.belowCheckpoint()
        || retention.maxAge().isPresent()
        || retention.maxBytes().isPresent();
  }

  /// Returns the first index to keep; never above the floor, never above what is durable.
  ///
  /// @param durableSegment segments below it are sealed and synced
  public long firstIndexToKeep(SegmentSet set, Floor floor, long durableSegment) {
    long keep = set.firstIndexKept();
    List<Segment> segments = set.segments();
    long sealedBytes = 0;
    for (Segment segment : segments) {
      if (segment.sealed()) {
        sealedBytes += segment.fileBytes();
      }
    }
    boolean byAge = retention.maxAge().isPresent() && clocksAgree();
    long now = time.wallMillis();
    long limit = floor.lowest(Long.MAX_VALUE);
    for (Segment segment : segments) {
      if (!segment.sealed() || segment.number() >= durableSegment || segment.lastIndex() >= limit) {
        break;
      }
      boolean over = sealedBytes > retention.maxBytes().orElse(Long.MAX_VALUE);
      boolean old =
          byAge
              && segment.sealedMillis() > 0
              && now - segment.sealedMillis() > retention.maxAge().get().toMillis();
      boolean passed =
          retention.belowCheckpoint()
              && floor.checkpoint() > 0
              && segment.lastIndex() < floor.checkpoint();
      if (!over && !old && !passed) {
        break;
      }
      sealedBytes -= segment.fileBytes();
      keep = Math.max(keep, segment.lastIndex() + 1);
    }
    return keep;
  }

  /// A wall clock that jumped must not delete: it has to agree with the monotonic one since open.
  private boolean clocksAgree() {
    long monotonic = (time.nanoTime() - openedNanos) / 1_000_000;
    long difference = Math.abs(time.wallMillis() - openedMillis - monotonic);
    if (difference <= TOLERATED_MILLIS) {
      toldClocks = false;
      return true;
    }
    if (!toldClocks) {
      toldClocks = true;
      listener.clocksDisagree(difference);
    }
    return false;
  }
}
