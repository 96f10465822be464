// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.inspect.Verification.Severity;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.scan.Chain;
import dev.seawall.wal.internal.scan.DirectoryLook;
import dev.seawall.wal.internal.scan.FrameWindow;
import dev.seawall.wal.internal.scan.LogPlan;
import dev.seawall.wal.internal.scan.SealedParts;
import dev.seawall.wal.internal.scan.SegmentSteps;
import dev.seawall.wal.internal.scan.TailWalk;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Walks every segment of a log from its first frame to its end, over every hole, and tells of what
/// it meets in index order. Confined to one thread; one use.
final class Survey {
  /// Is told.
  interface Sink {
    /// A record that belongs to the log; `frame` describes it until this returns.
    ///
    /// @param key of its segment
    /// @param file of its segment
    void record(FrameReader frame, FrameKey key, Path file)
        throws WalException, StorageException, InterruptedException;

    /// A control frame: what stands before it is whole, though a truncation may have cut a batch.
    void boundary() throws WalException, StorageException, InterruptedException;

    /// Something is wrong, and the chain ends or has a hole here. After a torn end nothing follows
    /// in that segment.
    void broken(Trouble trouble) throws WalException, StorageException, InterruptedException;
  }

  /// What is wrong in one place.
  ///
  /// @param bytes that cannot be used
  /// @param firstIndex the first record concerned; 0 when unknown or none
  /// @param lastIndex the last one; 0 when unknown or none
  record Trouble(
      Severity severity,
      Path file,
      long position,
      long bytes,
      long firstIndex,
      long lastIndex,
      String expected,
      String found) {}

  private final LogPlan plan;
  private final Sink sink;
  private final ProgressListener progress;
  private final long totalBytes;
  private long doneBytes;
  private long toldBytes;
  private long segments;
  private long previousLast;
  private boolean damaged;
  private @Nullable FrameWindow window;

  Survey(LogPlan plan, Sink sink, ProgressListener progress) {
    this.plan = plan;
    this.sink = sink;
    this.progress = progress;
    this.totalBytes = plan.directory().ready().stream().mapToLong(DirectoryLook.Look::bytes).sum();
  }

  /// Returns how many segments held frames.
  long segments() {
    return segments;
  }

  /// Returns how many bytes were read.
  long bytes() {
    return doneBytes;
  }

  void run() throws WalException, StorageException, InterruptedException {
    for (LogPlan.Part part : plan.sealed()) {
      sealed(part);
    }
    TailWalk tail = plan.tail();
    if (tail != null) {
      ControlFrames.Cut cut = plan.unfinished();
      long limit = cut == null ? tail.header().fileBytes() : cut.position();
      end(tail.entry().path(), tail.entry().number(), tail.header().key(), limit);
    }
    for (DirectoryLook.Look look : plan.newer()) {
      var header = look.header();
      if (header == null) {
        unusable(look.entry().path(), look.bytes(), look.problem(), 0);
      } else {
        end(look.entry().path(), look.number(), header.key(), header.fileBytes());
      }
    }
    CorruptException damage = plan.damage();
    if (damage != null && !damaged) {
      Path file = damage.file();
      tell(
          new Trouble(
              Severity.DAMAGE,
              file == null ? plan.files().directory() : file,
              damage.position(),
              0,
              0,
              0,
              "a sound end of the log",
              String.valueOf(damage.getMessage())));
    }
    progress.progress(totalBytes, totalBytes);
  }

  private void sealed(LogPlan.Part part)
      throws WalException, StorageException, InterruptedException {
    SealedParts.Expected expected = part.expected();
    DirectoryLook.Look look = part.look();
    long last = expected == null ? 0 : expected.lastIndex();
    if (look == null) {
      unusable(plan.files().directory(), 0, part.damage(), last);
      return;
    }
    FrameKey key = key(part, look);
    CorruptException damage = part.damage();
    if (key == null) {
      unusable(look.entry().path(), look.bytes(), damage, last);
      return;
    }
    if (look.header() == null || (damage != null && damage.position() == 0)) {
      tell(
          new Trouble(
              Severity.DAMAGE,
              look.entry().path(),
              0,
              0,
              0,
              0,
              "a sound segment header",
              damage == null ? "none" : String.valueOf(damage.getMessage())));
    }
    long end = expected == null || expected.end() == 0 ? look.bytes() : expected.end();
    walk(
        new Walk(look.entry().path(), part.number(), key, look.bytes(), end, last, Long.MAX_VALUE));
  }

  /// A damaged header does not hide a segment: its successor knows the salt.
  private @Nullable FrameKey key(LogPlan.Part part, DirectoryLook.Look look) {
    SealedParts.Expected expected = part.expected();
    TailWalk tail = plan.tail();
    if (expected != null && expected.salt() != 0 && tail != null) {
      FrameKey id = tail.header().key();
      return new FrameKey(id.logIdHigh(), id.logIdLow(), expected.salt());
    }
    var header = look.header();
    return header == null ? null : header.key();
  }

  private void end(Path file, long number, FrameKey key, long limit)
      throws WalException, StorageException, InterruptedException {
    Promise promise = plan.promise();
    long promised = promise.segment() == number ? promise.position() : 0;
    if (promise.segment() > number || (!plan.newer().isEmpty() && isTail(number))) {
      promised = Long.MAX_VALUE;
    }
    walk(new Walk(file, number, key, limit, limit, 0, promised));
  }

  private boolean isTail(long number) {
    TailWalk tail = plan.tail();
    return tail != null && tail.entry().number() == number && tail.chain().seal() != null;
  }

  private void unusable(Path file, long bytes, @Nullable CorruptException why, long last)
      throws WalException, StorageException, InterruptedException {
    Path place = why == null || why.file() == null ? file : why.file();
    long first = last == 0 ? 0 : previousLast + 1;
    tell(
        new Trouble(
            Severity.DAMAGE,
            place,
            why == null ? 0 : why.position(),
            bytes,
            first,
            last,
            "a segment of this log",
            why == null ? "none" : String.valueOf(why.getMessage())));
    previousLast = Math.max(previousLast, last);
    doneBytes += bytes;
  }

  /// One segment to walk.
  ///
  /// @param fileBytes its length
  /// @param end where its frames end, or the length
  /// @param last its last record; 0 when unknown
  /// @param promised behind it, a break is torn and not damage
  private record Walk(
      Path file, long number, FrameKey key, long fileBytes, long end, long last, long promised) {}

  private void walk(Walk walk) throws WalException, StorageException, InterruptedException {
    segments++;
    long startBytes = doneBytes;
    try (IoQueue queue = plan.files().files().newQueue();
        StorageFile file = plan.files().openForReading(walk.file(), queue);
        FrameWindow window =
            new FrameWindow(
                file, walk.key(), walk.number(), walk.fileBytes(), FrameWindow.WINDOW_BYTES)) {
      this.window = window;
      Chain chain = new Chain(walk.number());
      SegmentSteps steps = new SegmentSteps(window, chain, walk.end());
      boolean more = true;
      while (more) {
        SegmentSteps.Step step = steps.next();
        more =
            switch (step) {
              case FRAME -> frame(walk, chain, steps);
              case STRAY, GAP -> !pastPromise(walk, chain);
              case END -> false;
            };
        tellProgress(startBytes + steps.position());
      }
      finish(walk, chain, steps);
    } catch (StorageException e) {
      if (!walk.file().equals(e.path())) {
        throw e; // Not of this file: the sink's.
      }
      tell(
          new Trouble(
              Severity.DAMAGE,
              walk.file(),
              0,
              walk.fileBytes(),
              walk.last() == 0 ? 0 : previousLast + 1,
              walk.last(),
              "a file that can be read",
              String.valueOf(e.getMessage())));
    }
    previousLast = Math.max(previousLast, walk.last());
    doneBytes = startBytes + walk.fileBytes();
  }

  private static boolean pastPromise(Walk walk, Chain chain) {
    return walk.promised() != Long.MAX_VALUE && chain.cut() >= walk.promised();
  }

  /// Returns whether to go on.
  private boolean frame(Walk walk, Chain chain, SegmentSteps steps)
      throws WalException, StorageException, InterruptedException {
    FrameReader frame = steps.frame();
    if (steps.resumed()) {
      long from = steps.missingFrom() == 0 ? previousLast + 1 : steps.missingFrom();
      hole(walk, steps.brokenAt(), frame.position(), from, steps.missingTo());
      steps.mended();
    } else if (frame.position() == Layout.FIRST_FRAME) {
      first(walk, chain);
    }
    if (frame.type() == FrameType.RECORD) {
      sink.record(frame, walk.key(), walk.file());
      previousLast = frame.index();
    } else if (frame.type().promises()) {
      sink.boundary();
    }
    return frame.type() != FrameType.SEAL;
  }

  private void first(Walk walk, Chain chain)
      throws WalException, StorageException, InterruptedException {
    LogState state = chain.firstState();
    if (state != null && previousLast > 0 && state.segmentFirstIndex() != previousLast + 1) {
      tell(
          new Trouble(
              Severity.DAMAGE,
              walk.file(),
              Layout.FIRST_FRAME,
              0,
              state.segmentFirstIndex() > previousLast + 1 ? previousLast + 1 : 0,
              state.segmentFirstIndex() > previousLast + 1 ? state.segmentFirstIndex() - 1 : 0,
              "the segment begins at record " + (previousLast + 1),
              "it begins at record " + state.segmentFirstIndex()));
    }
  }

  private void hole(Walk walk, long from, long to, long firstMissing, long lastMissing)
      throws WalException, StorageException, InterruptedException {
    boolean missing = lastMissing >= firstMissing && firstMissing > 0;
    tell(
        new Trouble(
            Severity.DAMAGE,
            walk.file(),
            from,
            to - from,
            missing ? firstMissing : 0,
            missing ? lastMissing : 0,
            "a valid frame",
            to
                - from
                + " bytes that are none"
                + (missing ? "" : "; no record is missing here, as far as indexes tell")
                + unreadable()));
    previousLast = Math.max(previousLast, lastMissing);
  }

  private String unreadable() {
    StorageException cause = window == null ? null : window.takeUnreadable();
    return cause == null ? "" : "; the disk refused to read some of them: " + cause.getMessage();
  }

  private void finish(Walk walk, Chain chain, SegmentSteps steps)
      throws WalException, StorageException, InterruptedException {
    ControlFrames.Seal seal = chain.seal();
    if (seal != null) {
      checkSeal(walk, chain, seal);
      return;
    }
    if (pastPromise(walk, chain)) {
      torn(walk, chain);
      return;
    }
    if (steps.brokenAt() != 0) {
      long next = chain.started() ? chain.nextIndex() : previousLast + 1;
      boolean promisedHere = walk.promised() > steps.brokenAt() && walk.promised() < walk.end();
      long to = promisedHere ? walk.promised() : walk.end();
      hole(walk, steps.brokenAt(), to, next, walk.last());
    }
  }

  private void torn(Walk walk, Chain chain)
      throws WalException, StorageException, InterruptedException {
    TailWalk tail = plan.tail();
    if (tail == null
        || tail.entry().number() != walk.number()
        || damaged
        || plan.unfinished() != null
        || tail.tornBytes() == 0) {
      return;
    }
    long bytes = tail.tornBytes();
    long first = tail.firstDroppedIndex();
    tell(
        new Trouble(
            Severity.TORN,
            walk.file(),
            chain.cut(),
            bytes,
            first,
            first == 0 ? 0 : first + tail.droppedFrames() - 1,
            "the rest of a group, or nothing",
            bytes
                + " bytes and "
                + tail.droppedFrames()
                + " whole records behind the last whole batch; they were never promised"));
  }

  private void checkSeal(Walk walk, Chain chain, ControlFrames.Seal seal)
      throws WalException, StorageException, InterruptedException {
    String found = null;
    if (seal.lastIndex() != chain.nextIndex() - 1) {
      found = "it ends at record " + (chain.nextIndex() - 1);
    } else if (walk.last() != 0 && seal.lastIndex() != walk.last()) {
      found = "the next segment begins behind record " + walk.last();
    } else if (walk.last() != 0 && chain.cut() != walk.end()) {
      found = "the next segment says that it ends at position " + walk.end();
    } else if (seal.greatestTimestamp() < chain.greatestTimestamp()) {
      found = "a record has timestamp " + chain.greatestTimestamp();
    }
    if (found != null) {
      tell(
          new Trouble(
              Severity.DAMAGE,
              walk.file(),
              chain.lastFrame(),
              0,
              0,
              0,
              "as the seal says: records "
                  + seal.firstIndex()
                  + " to "
                  + seal.lastIndex()
                  + ", end at "
                  + chain.cut()
                  + ", timestamps up to "
                  + seal.greatestTimestamp(),
              found));
    }
  }

  private void tell(Trouble trouble) throws WalException, StorageException, InterruptedException {
    damaged |= trouble.severity() == Severity.DAMAGE;
    sink.broken(trouble);
  }

  private void tellProgress(long bytes) {
    if (bytes - toldBytes >= FrameWindow.WINDOW_BYTES) {
      toldBytes = bytes;
      progress.progress(Math.min(bytes, totalBytes), totalBytes);
    }
  }
}
