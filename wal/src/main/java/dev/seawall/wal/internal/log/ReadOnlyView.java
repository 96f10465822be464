// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.IoQueue;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.WaitWord;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.RecoveryReport;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.scan.Chain;
import dev.seawall.wal.internal.scan.FrameWindow;
import dev.seawall.wal.internal.scan.LogPlan;
import dev.seawall.wal.internal.scan.TailWalk;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import dev.seawall.wal.internal.segment.SegmentName;
import dev.seawall.wal.internal.segment.SegmentSet;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A log as its files show it, without a lock. Thread-safe: looks one at a time, readers use what
/// the last look published.
///
/// A look walks the newest segment on from its last whole batch. Everything that this cannot
/// explain – the file gone or used again, its last frame changed, a truncation, damage – leads to a
/// look at the whole directory, and readers start over (the generation changes).
public final class ReadOnlyView implements LogView, AutoCloseable {
  private static final int ATTEMPTS = 6;
  private static final long DEEP_NANOS = 1_000_000_000L;

  private final SegmentFiles files;
  private final WalOptions options;
  private final Machine machine;
  private final WaitWord never;
  private final RecoveryReport report;

  private volatile Seen seen;
  private @Nullable TailWalk tail;
  private @Nullable TailWalk next;
  private boolean unfinished;
  private long deepNanos;
  private boolean closed;

  /// What a look published.
  private record Seen(
      SegmentSet segments,
      long written,
      long durable,
      long generation,
      @Nullable CorruptException damage) {}

  /// Looks for the first time.
  public ReadOnlyView(SegmentFiles files, WalOptions options, Machine machine)
      throws StorageException, WalException {
    this.files = files;
    this.options = options;
    this.machine = machine;
    long startedNanos = machine.time().nanoTime();
    LogPlan plan = settledPlan();
    TailWalk walk = plan.tail();
    if (walk == null) {
      plan.close();
      throw nothingReadable(plan);
    }
    this.report = report(plan, walk, startedNanos);
    this.seen = see(plan, 1);
    this.never = machine.scheduler().newWaitWord();
  }

  private static CorruptException nothingReadable(LogPlan plan) {
    CorruptException damage = plan.damage();
    return damage != null
        ? damage
        : new CorruptException(
            plan.files().directory().resolve(plan.files().prefix() + "-MILLIS-NUMBER.log"),
            0,
            0,
            "no segment has a frame yet: its creation was not finished. Open it for writing once");
  }

  /// Beside a writer files come and go while they are looked at: trouble counts when a second look
  /// finds the same.
  private LogPlan settledPlan() throws StorageException, WalException {
    LogPlan plan = LogPlan.of(files);
    for (int i = 1; i < ATTEMPTS && (plan.raced() || !plan.sound()); i++) {
      List<String> before = trouble(plan);
      plan.close();
      plan = LogPlan.of(files);
      if (!plan.raced() && trouble(plan).equals(before)) {
        break;
      }
    }
    return plan;
  }

  private static List<String> trouble(LogPlan plan) {
    List<String> all = new ArrayList<>();
    CorruptException damage = plan.damage();
    if (damage != null) {
      all.add(damage.getMessage());
    }
    for (LogPlan.Part part : plan.sealed()) {
      CorruptException cause = part.damage();
      if (cause != null) {
        all.add(cause.getMessage());
      }
    }
    return all;
  }

  private Seen see(LogPlan plan, long generation) {
    List<Segment> segments = new ArrayList<>(plan.segments());
    TailWalk walk = Objects.requireNonNull(plan.takeTail());
    closeTail();
    tail = walk;
    ControlFrames.Cut cut = plan.unfinished();
    unfinished = cut != null;
    deepNanos = machine.time().nanoTime();
    segments.add(Objects.requireNonNull(walk.segment()));
    Chain chain = walk.chain();
    long written =
        cut == null ? chain.lastIndex() : Math.min(cut.lastIndexKept(), chain.lastIndex());
    long durable = cut == null ? chain.durableIndex() : written;
    return new Seen(
        new SegmentSet(segments, plan.state().firstIndexKept()),
        written,
        durable,
        generation,
        plan.damage());
  }

  private RecoveryReport report(LogPlan plan, TailWalk walk, long startedNanos) {
    List<String> damaged = new ArrayList<>();
    for (Segment segment : plan.segments()) {
      CorruptException cause = segment.damage();
      if (cause != null) {
        damaged.add(segment + ": " + cause.getMessage());
      }
    }
    ControlFrames.Cut cut = plan.unfinished();
    boolean torn = cut == null && walk.tornBytes() > 0;
    return new RecoveryReport(
        torn || plan.damage() != null ? RecoveryReport.Verdict.TORN : RecoveryReport.Verdict.CLEAN,
        plan.state().firstIndexKept(),
        cut == null ? walk.chain().lastIndex() : cut.lastIndexKept(),
        plan.sealed().size() + 1,
        0,
        torn ? walk.tornBytes() : 0,
        torn ? walk.droppedFrames() : 0,
        torn ? walk.firstDroppedIndex() : 0,
        0,
        damaged,
        List.of(),
        machine.time().nanoTime() - startedNanos);
  }

  /// Returns what the first look found.
  public RecoveryReport report() {
    return report;
  }

  /// Returns the damage that ends the log early; null when its end is sound.
  public @Nullable CorruptException damage() {
    return seen.damage();
  }

  @Override
  public synchronized void refresh() throws StorageException, WalException {
    if (closed) {
      return;
    }
    boolean deep = machine.time().nanoTime() - deepNanos >= DEEP_NANOS;
    if (unfinished || seen.damage() != null) {
      if (deep) {
        lookAtAll();
      }
      return;
    }
    TailWalk walk = Objects.requireNonNull(tail);
    if (!walk.stillHolds()) {
      lookAtAll();
      return;
    }
    boolean further = walk.walk();
    if (further || !deep) {
      deepNanos = further ? machine.time().nanoTime() : deepNanos;
    } else {
      deepNanos = machine.time().nanoTime();
      walk.search(FrameWindow.WINDOW_BYTES);
    }
    if (walk.chain().unfinishedCut() != null
        || walk.chain().strangeEpoch() > 0
        || (!further && walk.shortOfPromise())) {
      lookAtAll();
      return;
    }
    publish(walk);
    follow();
  }

  private void publish(TailWalk walk) {
    Seen before = seen;
    Chain chain = walk.chain();
    SegmentSet segments = before.segments();
    Segment segment = Objects.requireNonNull(walk.segment());
    if (segment.sealed() != segments.active().sealed()) {
      segments = segments.replace(segment);
    }
    LogState state = Objects.requireNonNull(chain.lastState());
    if (state.firstIndexKept() > segments.firstIndexKept()) {
      segments = segments.dropBelow(state.firstSegmentKept(), state.firstIndexKept());
    }
    seen =
        new Seen(
            segments,
            Math.max(before.written(), chain.lastIndex()),
            Math.max(before.durable(), chain.durableIndex()),
            before.generation(),
            null);
  }

  /// The tail is sealed: its successor takes over as soon as it has a frame, and so on.
  private void follow() throws StorageException, WalException {
    TailWalk walk = Objects.requireNonNull(tail);
    while (walk.chain().seal() != null) {
      TailWalk successor = successor(walk);
      if (successor == null) {
        lookAtAll();
        return;
      }
      next = successor;
      successor.walk();
      LogState first = successor.chain().firstState();
      if (first == null) {
        return;
      }
      if (!continues(walk, first) || successor.chain().unfinishedCut() != null) {
        lookAtAll();
        return;
      }
      Seen before = seen;
      SegmentSet segments =
          before
              .segments()
              .roll(
                  Objects.requireNonNull(walk.segment()),
                  Objects.requireNonNull(successor.segment()));
      walk.close();
      tail = successor;
      next = null;
      seen = new Seen(segments, before.written(), before.durable(), before.generation(), null);
      publish(successor);
      walk = successor;
    }
  }

  private static boolean continues(TailWalk walk, LogState first) {
    return first.predecessor() == walk.entry().number()
        && first.predecessorSalt() == walk.header().key().salt()
        && first.predecessorEnd() == walk.chain().cut()
        && first.segmentFirstIndex() == walk.chain().lastIndex() + 1;
  }

  /// Returns null when there is no such file, or no longer, or one of something else.
  private @Nullable TailWalk successor(TailWalk walk) throws StorageException {
    TailWalk open = next;
    if (open != null) {
      return open;
    }
    long number = Objects.requireNonNull(walk.chain().seal()).successor();
    for (String name : files.files().list(files.directory())) {
      SegmentName parsed = SegmentName.parse(files.prefix(), name).orElse(null);
      if (parsed != null && parsed.number() == number && !parsed.prepared()) {
        var entry = new SegmentFiles.Entry(parsed, files.directory().resolve(name));
        try (IoQueue queue = files.files().newQueue()) {
          SegmentHeader header = files.header(entry, queue);
          return sameLog(header, walk.header()) ? new TailWalk(files, entry, header) : null;
        } catch (WalException | StorageException e) {
          return null; // A look at everything says what it is.
        }
      }
    }
    return null;
  }

  private static boolean sameLog(SegmentHeader header, SegmentHeader other) {
    return header.key().logIdHigh() == other.key().logIdHigh()
        && header.key().logIdLow() == other.key().logIdLow();
  }

  private void lookAtAll() throws StorageException, WalException {
    LogPlan plan = settledPlan();
    if (plan.tail() == null) {
      plan.close();
      throw nothingReadable(plan);
    }
    seen = see(plan, seen.generation() + 1);
  }

  private void closeTail() {
    if (tail != null) {
      tail.close();
    }
    if (next != null) {
      next.close();
    }
    tail = null;
    next = null;
  }

  @Override
  public SegmentSet segments() {
    return seen.segments();
  }

  @Override
  public long visible(Visibility visibility) {
    return switch (visibility) {
      case DURABLE -> seen.durable();
      case WRITTEN, ACCEPTED -> seen.written();
    };
  }

  @Override
  public long generation() {
    return seen.generation();
  }

  @Override
  public SegmentFiles files() {
    return files;
  }

  @Override
  public @Nullable RecordCodec codec() {
    return options.codec().orElse(null);
  }

  @Override
  public long maxRecordBytes() {
    return FrameWindow.MAX_RECORD_BYTES;
  }

  @Override
  public long copyAccepted(long segment, long position, MemorySegment target) {
    return 0;
  }

  @Override
  public void awaitMore(long nanos) throws InterruptedException {
    never.await(never.value(), nanos);
  }

  @Override
  public void damaged(CorruptException cause) {
    options.listener().damaged(cause);
  }

  @Override
  public long nanoTime() {
    return machine.time().nanoTime();
  }

  /// Closes the files; readers that are open keep theirs until they are closed.
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      closeTail();
      never.close();
    }
  }
}
