// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.scan.Chain;
import dev.seawall.wal.internal.scan.FrameWindow;
import dev.seawall.wal.internal.scan.SegmentSteps;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Walks the frames of one segment in order of position, and the stretches between them that are
/// none, up to the end of the file. Confined to one thread.
///
/// {@snippet :
/// try (FrameWalk walk = inspector.frames(segment)) {
///   while (walk.next()) {
///     print(walk.frame());
///   }
/// }
/// }
public final class FrameWalk implements AutoCloseable {
  private final IoQueue queue;
  private final StorageFile file;
  private final FrameWindow window;
  private final Chain chain;
  private final SegmentSteps steps;
  private @Nullable FrameView current;
  private MemorySegment payload = MemorySegment.NULL;
  private boolean closed;

  FrameWalk(SegmentFiles files, Path path, long number, FrameKey key, long fileBytes)
      throws StorageException {
    queue = files.files().newQueue();
    boolean opened = false;
    try {
      file = files.openForReading(path, queue);
      opened = true;
    } finally {
      if (!opened) {
        queue.close();
      }
    }
    window = new FrameWindow(file, key, number, fileBytes, FrameWindow.WINDOW_BYTES);
    chain = new Chain(number);
    steps = new SegmentSteps(window, chain, fileBytes);
  }

  /// Moves to the next frame or stretch; returns false behind the last.
  ///
  /// @throws StorageException when the file cannot be read
  public boolean next() throws StorageException {
    payload = MemorySegment.NULL;
    current = null;
    SegmentSteps.Step step = steps.next();
    switch (step) {
      case FRAME -> take(FrameView.Validity.VALID);
      case STRAY -> take(FrameView.Validity.STRAY);
      case GAP ->
          current =
              new FrameView(
                  steps.gapStart(),
                  steps.position() - steps.gapStart(),
                  steps.gapZeros() ? FrameView.Validity.EMPTY : FrameView.Validity.INVALID,
                  FrameView.Type.NONE,
                  0,
                  false,
                  0,
                  0,
                  0,
                  steps.gapZeros() ? "zeros" : "no valid frame begins here");
      case END -> {
        return false;
      }
    }
    return true;
  }

  private void take(FrameView.Validity validity) {
    FrameReader frame = steps.frame();
    payload = frame.payload().asReadOnly();
    String detail = FrameText.describe(frame);
    if (validity == FrameView.Validity.STRAY) {
      detail = join("does not belong: " + FrameText.stray(frame, chain), detail);
    } else if (steps.resumed()) {
      detail =
          join(
              "behind a break; missing records " + steps.missingFrom() + " to " + steps.missingTo(),
              detail);
      steps.mended();
    }
    current =
        new FrameView(
            frame.position(),
            frame.frameBytes(),
            validity,
            FrameView.Type.valueOf(frame.type().name()),
            Math.toIntExact(payload.byteSize()),
            frame.endsBatch(),
            frame.index(),
            frame.epoch(),
            frame.timestamp(),
            detail);
  }

  private static String join(String first, String second) {
    return second.isEmpty() ? first : first + "; " + second;
  }

  /// Returns the current frame or stretch.
  public FrameView frame() {
    FrameView view = current;
    if (view == null) {
      throw new IllegalStateException("no current frame");
    }
    return view;
  }

  /// Returns the current frame's payload: a view that is valid until the next call of [#next] or
  /// [#close]; empty for a stretch.
  public MemorySegment payload() {
    return payload;
  }

  /// Gives memory and the open file back; idempotent.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      window.close();
      file.close();
      queue.close();
    }
  }
}
