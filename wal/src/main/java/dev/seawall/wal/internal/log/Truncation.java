// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.StorageException;
import dev.seawall.wal.IndexTruncatedException;
import dev.seawall.wal.TruncationRefusedException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.append.LogWriter;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.segment.CompressedSegments;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentCompressor;
import dev.seawall.wal.internal.segment.SegmentSet;
import dev.seawall.wal.internal.segment.SidecarIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Drops records at either end, and keeps the pins that forbid it. Thread-safe; one at a time.
final class Truncation {
  private final OpenLog log;
  private boolean truncating;

  Truncation(OpenLog log) {
    this.log = log;
  }

  /// Drops the records below an index; durable when it returns.
  synchronized void truncatePrefix(long firstIndexKept)
      throws WalException, StorageException, InterruptedException {
    long end = log.writer().durableIndex();
    if (firstIndexKept > end + 1) {
      throw new IllegalArgumentException(
          "truncate prefix: first index kept "
              + firstIndexKept
              + ", the log is durable up to "
              + end);
    }
    Optional<Map.Entry<String, Long>> pin = log.floor().pinBelow(firstIndexKept);
    if (pin.isPresent()) {
      throw new TruncationRefusedException(
          "truncate prefix to "
              + firstIndexKept
              + ": pin '"
              + pin.get().getKey()
              + "' needs record "
              + pin.get().getValue()
              + ". Move or remove that pin first",
          null);
    }
    truncating = true;
    try {
      removeBelow(firstIndexKept);
    } finally {
      truncating = false;
    }
  }

  /// Sweeps, unless a truncation is under way.
  ///
  /// @return false when it has to be tried again later
  synchronized boolean dropBelow(long firstIndexKept)
      throws WalException, StorageException, InterruptedException {
    if (truncating) {
      return false;
    }
    truncating = true;
    try {
      removeBelow(firstIndexKept);
      return true;
    } finally {
      truncating = false;
    }
  }

  /// Writes the sidecar of a segment that is still sealed as it was, unless a truncation is under
  /// way.
  ///
  /// @return false when it has to be tried again later
  synchronized boolean writeSidecar(Segment sealed) throws StorageException {
    if (truncating) {
      return false;
    }
    Segment now = log.segments().byNumber(sealed.number());
    if (now != null && now.sealed() && now.end() == sealed.end()) {
      SidecarIndex.write(now, log.machine().files());
    }
    return true;
  }

  /// Puts a compressed segment in the place of its file, if it is still sealed as it was, unless a
  /// truncation is under way.
  ///
  /// @return null when it is no longer part of the log, or has to be tried again later
  synchronized SegmentCompressor.@Nullable Outcome compress(SegmentCompressor compressor)
      throws StorageException {
    Segment sealed = compressor.segment();
    Segment now = log.segments().byNumber(sealed.number());
    if (truncating || now == null || !now.sealed() || now.end() != sealed.end()) {
      return null;
    }
    return compressor.finish();
  }

  /// Drops the records below an index that nobody needs: state first, then files.
  private void removeBelow(long firstIndexKept)
      throws WalException, StorageException, InterruptedException {
    SegmentSet before =
        log.writer()
            .locked(() -> {
              SegmentSet set = log.segments();
              if (firstIndexKept <= set.firstIndexKept()) {
                return set;
              }
              long first = set.active().number();
              for (Segment segment : set.segments()) {
                if (!segment.sealed() || segment.lastIndex() >= firstIndexKept) {
                  first = segment.number();
                  break;
                }
              }
              log.segments(set.dropBelow(first, firstIndexKept));
              return set;
            });
    if (firstIndexKept <= before.firstIndexKept()) {
      return;
    }
    long first = log.segments().segments().getFirst().number();
    writeState(() -> log.writer().locked(() -> takeBack(before, first)));
    boolean removed = false;
    for (Segment segment : before.segments()) {
      if (segment.number() < first) {
        removed = true;
        boolean recycled = false;
        SidecarIndex.delete(segment.path(), log.machine().files());
        CompressedSegments.delete(log.files(), segment.path());
        boolean there = log.machine().files().status(segment.path()).isFile();
        if (there && segment.damage() == null && segment.holders().get() == 0) {
          recycled = log.pool().offer(segment.path());
        } else if (there) {
          log.machine().files().delete(segment.path());
        }
        log.options().listener().segmentRemoved(segment.number(), recycled);
      }
    }
    if (removed) {
      log.machine().files().syncDirectory(log.files().directory());
    }
  }

  /// Writes the log state; when that is refused, nothing has changed.
  private void writeState(Runnable takeBack) throws WalException, InterruptedException {
    boolean written = false;
    try {
      log.writer().writeState();
      written = true;
    } finally {
      if (!written) {
        takeBack.run();
      }
    }
  }

  private SegmentSet takeBack(SegmentSet before, long first) {
    List<Segment> all = new ArrayList<>();
    for (Segment segment : before.segments()) {
      if (segment.number() < first) {
        all.add(segment);
      }
    }
    all.addAll(log.segments().segments());
    SegmentSet whole = new SegmentSet(all, before.firstIndexKept());
    log.segments(whole);
    return whole;
  }

  /// Drops the records above an index; durable when it returns. Appends meanwhile are refused.
  synchronized void truncateSuffix(long lastIndexKept)
      throws WalException, StorageException, InterruptedException {
    LogWriter writer = log.writer();
    long last = writer.lastIndex();
    SegmentSet set = log.segments();
    if (lastIndexKept > last || lastIndexKept < set.firstIndexKept() - 1) {
      throw new IllegalArgumentException(
          "truncate suffix: last index kept "
              + lastIndexKept
              + ", the log holds "
              + set.firstIndexKept()
              + " to "
              + last);
    }
    Optional<Map.Entry<String, Long>> pin = log.floor().pinAbove(lastIndexKept);
    if (pin.isPresent()) {
      throw new TruncationRefusedException(
          "truncate suffix to "
              + lastIndexKept
              + ": pin '"
              + pin.get().getKey()
              + "' already counts on records below "
              + pin.get().getValue()
              + ". Move or remove that pin first",
          null);
    }
    if (lastIndexKept == last) {
      writer.sync();
      return;
    }
    truncating = true;
    try {
      writer.sync();
      ControlFrames.Cut cut = CutFinder.find(log, lastIndexKept, log.epoch() + 1);
      expand(set.byNumber(cut.segment()));
      writer.writeCut(cut);
      log.reopen(lastIndexKept);
    } finally {
      truncating = false;
    }
  }

  /// What is written at the cut goes into the segment's own file.
  private void expand(@Nullable Segment segment) throws StorageException {
    if (segment != null) {
      CompressedSegments.expand(log.files(), segment.path());
    }
  }

  /// Sets a pin; durable when it returns, unless it only moved up.
  synchronized void pin(String name, long index)
      throws WalException, StorageException, InterruptedException {
    if (index < log.segments().firstIndexKept()) {
      throw new IndexTruncatedException(index, log.segments().firstIndexKept());
    }
    Long before = log.floor().pins().get(name);
    if (log.floor().pin(name, index)) {
      writeState(() -> {
        if (before == null) {
          log.floor().unpin(name);
        } else {
          log.floor().pin(name, before);
        }
      });
    }
  }

  /// Removes a pin; durable when it returns.
  synchronized void unpin(String name) throws WalException, StorageException, InterruptedException {
    Long before = log.floor().pins().get(name);
    if (before != null && log.floor().unpin(name)) {
      writeState(() -> log.floor().pin(name, before));
    }
  }
}
