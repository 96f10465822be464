// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.scan.Chain;
import dev.seawall.wal.internal.scan.DirectoryLook;
import dev.seawall.wal.internal.scan.FrameWindow;
import dev.seawall.wal.internal.scan.LogPlan;
import dev.seawall.wal.internal.scan.SealedParts;
import dev.seawall.wal.internal.scan.TailWalk;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns what was found in a directory into what tools are shown. Confined to one thread; one use.
final class ViewBuilder {
  private final LogPlan plan;
  private final List<SegmentView> views = new ArrayList<>();
  private final Map<Path, FrameKey> keys = new HashMap<>();

  ViewBuilder(LogPlan plan) {
    this.plan = plan;
  }

  /// Returns the views by segment number.
  List<SegmentView> views() {
    views.sort(Comparator.comparingLong(SegmentView::number).thenComparing(SegmentView::fileName));
    return List.copyOf(views);
  }

  /// Returns what the frames of each file are checksummed with, as far as known.
  Map<Path, FrameKey> keys() {
    return Map.copyOf(keys);
  }

  ViewBuilder build() throws StorageException {
    for (LogPlan.Part part : plan.sealed()) {
      sealed(part);
    }
    TailWalk tail = plan.tail();
    if (tail != null) {
      tail(tail);
    }
    for (DirectoryLook.Look look : plan.newer()) {
      CorruptException problem = look.problem();
      other(
          look,
          SegmentView.Kind.DAMAGED,
          problem == null ? "the first frame is not valid" : String.valueOf(problem.getMessage()));
    }
    for (DirectoryLook.Look look : plan.waiting()) {
      other(look, SegmentView.Kind.WAITING, "");
    }
    for (DirectoryLook.Look look : plan.leftOver()) {
      CorruptException problem = look.problem();
      if (problem != null && look.number() >= plan.state().firstSegmentKept()) {
        other(look, SegmentView.Kind.DAMAGED, String.valueOf(problem.getMessage()));
      } else {
        other(look, SegmentView.Kind.ORPHAN, "no part of the log any more");
      }
    }
    for (SegmentFiles.Entry entry : plan.directory().preparing()) {
      var status = plan.files().files().status(entry.path());
      views.add(
          bare(entry.number(), entry.path(), status.bytes(), SegmentView.Kind.PREPARING, null, ""));
    }
    return this;
  }

  private void sealed(LogPlan.Part part) {
    DirectoryLook.Look look = part.look();
    CorruptException damage = part.damage();
    SealedParts.Expected expected = part.expected();
    Path path = look == null ? missing(damage) : look.entry().path();
    LogState state = part.state();
    long first =
        state != null ? state.segmentFirstIndex() : expected == null ? 0 : expected.firstIndex();
    SegmentView.Kind kind =
        look == null
            ? SegmentView.Kind.MISSING
            : damage == null ? SegmentView.Kind.SEALED : SegmentView.Kind.DAMAGED;
    long end = expected == null ? 0 : expected.end();
    SegmentHeader header = look == null ? null : look.header();
    FrameKey key = header == null ? guessKey(expected) : header.key();
    if (look != null && key != null) {
      keys.put(path, key);
    }
    Ending ending = look == null || key == null ? Ending.NONE : ending(look, key, end);
    ControlFrames.Seal seal = part.seal();
    views.add(
        new SegmentView(
            part.number(),
            path,
            look == null ? 0 : look.bytes(),
            kind,
            header(path, header),
            first,
            expected == null ? 0 : expected.lastIndex(),
            end,
            ending.epoch,
            seal == null ? null : seal(seal, end - Layout.SEAL_FRAME),
            ending.promise,
            state == null ? null : state(state),
            damage == null ? "" : String.valueOf(damage.getMessage())));
  }

  private Path missing(@Nullable CorruptException damage) {
    Path file = damage == null ? null : damage.file();
    return file == null ? plan.files().directory() : file;
  }

  private @Nullable FrameKey guessKey(SealedParts.@Nullable Expected expected) {
    TailWalk tail = plan.tail();
    if (expected == null || expected.salt() == 0 || tail == null) {
      return null;
    }
    FrameKey id = tail.header().key();
    return new FrameKey(id.logIdHigh(), id.logIdLow(), expected.salt());
  }

  private void tail(TailWalk tail) {
    Chain chain = tail.chain();
    Path path = tail.entry().path();
    LogState first = chain.firstState();
    CorruptException damage = plan.damage();
    String problem =
        damage != null && path.equals(damage.file()) ? String.valueOf(damage.getMessage()) : "";
    ControlFrames.Seal seal = chain.seal();
    SegmentView.Kind kind =
        !problem.isEmpty()
            ? SegmentView.Kind.DAMAGED
            : seal == null ? SegmentView.Kind.ACTIVE : SegmentView.Kind.SEALED;
    DirectoryLook.Look look = plan.directory().sound(tail.entry().number());
    keys.put(path, tail.header().key());
    LogState last = chain.lastState();
    views.add(
        new SegmentView(
            tail.entry().number(),
            path,
            look == null ? tail.header().fileBytes() : look.bytes(),
            kind,
            header(path, tail.header()),
            first == null ? 0 : first.segmentFirstIndex(),
            chain.lastIndex(),
            chain.cut(),
            chain.epoch(),
            seal == null ? null : seal(seal, chain.lastFrame()),
            new SegmentView.Promise(chain.promise().segment(), chain.promise().position()),
            last == null ? null : state(last),
            problem));
  }

  private void other(DirectoryLook.Look look, SegmentView.Kind kind, String problem) {
    SegmentHeader header = look.header();
    if (header != null) {
      keys.put(look.entry().path(), header.key());
    }
    views.add(
        bare(
            look.number(),
            look.entry().path(),
            look.bytes(),
            kind,
            header(look.entry().path(), header),
            problem));
  }

  private static SegmentView bare(
      long number,
      Path path,
      long bytes,
      SegmentView.Kind kind,
      SegmentView.@Nullable Header header,
      String problem) {
    return new SegmentView(
        number, path, bytes, kind, header, 0, 0, 0, 0, null, null, null, problem);
  }

  /// What first frame and seal say of promises and epochs.
  private record Ending(long epoch, SegmentView.@Nullable Promise promise) {
    static final Ending NONE = new Ending(0, null);
  }

  private Ending ending(DirectoryLook.Look look, FrameKey key, long end) {
    try (IoQueue queue = plan.files().files().newQueue();
        StorageFile file = plan.files().openForReading(look.entry().path(), queue);
        FrameWindow window =
            new FrameWindow(file, key, look.number(), look.bytes(), 2 * Layout.BLOCK)) {
      Ending found = read(window.frameAt(Layout.FIRST_FRAME), Ending.NONE);
      return end > Layout.FIRST_FRAME + Layout.SEAL_FRAME
          ? read(window.frameAt(end - Layout.SEAL_FRAME), found)
          : found;
    } catch (StorageException e) {
      return Ending.NONE; // Told as the part's damage already.
    }
  }

  private static Ending read(@Nullable FrameReader frame, Ending before) {
    var promise = frame == null ? null : frame.promise();
    return frame == null || promise == null
        ? before
        : new Ending(frame.epoch(), new SegmentView.Promise(promise.segment(), promise.position()));
  }

  private SegmentView.@Nullable Header header(Path path, @Nullable SegmentHeader header) {
    if (header == null) {
      return null;
    }
    int version = 0;
    int features = 0;
    try (IoQueue queue = plan.files().files().newQueue();
        StorageFile file = plan.files().openForReading(path, queue);
        Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(SegmentHeader.BYTES);
      SegmentFiles.readFully(file, 0, block);
      version = block.get(Layout.U16, 8) & 0xFFFF;
      features = block.get(Layout.U32, 12);
    } catch (StorageException e) {
      // The rest of the header was read a moment ago; a writer removed the file since.
      version = 0;
    }
    return new SegmentView.Header(
        version,
        features,
        DirectoryLook.logId(header),
        header.key().salt(),
        header.number(),
        header.createdMillis(),
        header.fileBytes());
  }

  private static SegmentView.Seal seal(ControlFrames.Seal seal, long position) {
    return new SegmentView.Seal(
        position,
        seal.firstIndex(),
        seal.lastIndex(),
        seal.greatestTimestamp(),
        seal.successor(),
        seal.sealedMillis());
  }

  private static SegmentView.State state(LogState state) {
    return new SegmentView.State(
        state.firstIndexKept(),
        state.firstSegmentKept(),
        state.highestSegment(),
        state.predecessor(),
        state.predecessorSalt(),
        state.predecessorEnd(),
        state.checkpoint(),
        state.pins());
  }
}
