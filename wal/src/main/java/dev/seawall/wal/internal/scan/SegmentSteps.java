// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import dev.seawall.io.StorageException;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.Layout;
import org.jspecify.annotations.Nullable;

/// Steps through one segment from its first frame on and does not stop where the chain breaks: it
/// searches the next valid frame by position and goes on. Confined to one thread.
public final class SegmentSteps {
  /// What a step met.
  public enum Step {
    /// A frame that belongs. After a break, [#missingFrom] to [#missingTo] says what is gone.
    FRAME,
    /// A valid frame that does not belong.
    STRAY,
    /// Bytes that are no frame, up to the next valid one or the limit.
    GAP,
    /// Nothing more.
    END
  }

  private final FrameWindow window;
  private final Chain chain;
  private final long limit;
  private long position = Layout.FIRST_FRAME;
  private @Nullable FrameReader frame;
  private boolean resumed;
  private long brokenAt;
  private long missingFrom;
  private long missingTo;
  private long gapStart;
  private boolean gapZeros;

  /// @param limit where the segment's frames end, or the length of the file
  public SegmentSteps(FrameWindow window, Chain chain, long limit) {
    this.window = window;
    this.chain = chain;
    this.limit = limit;
  }

  /// Makes a step.
  public Step next() throws StorageException {
    resumed = false;
    if (position >= limit) {
      frame = null;
      return Step.END;
    }
    FrameReader found = window.frameAt(position);
    frame = found;
    if (found == null || found.end() > limit) {
      frame = null;
      gap();
      return Step.GAP;
    }
    position = found.end();
    long expected = chain.nextIndex();
    if (chain.take(found)) {
      // A control frame that is gone leaves no gap in the indexes.
      resumed = brokenAt != 0;
      missingFrom = expected;
      missingTo = expected - 1;
      return Step.FRAME;
    }
    if (!chain.mayResume(found)) {
      noteBreak(found.position());
      return Step.STRAY;
    }
    noteBreak(found.position());
    missingFrom = expected;
    missingTo = found.index() - 1;
    resumed = true;
    chain.resume(found);
    return Step.FRAME;
  }

  private void gap() throws StorageException {
    noteBreak(position);
    gapStart = position;
    boolean first = window.zeroAt(position);
    position = window.search(position + 8, limit);
    gapZeros = first && window.passedZeros();
  }

  private void noteBreak(long at) {
    if (brokenAt == 0) {
      brokenAt = at;
    }
  }

  /// Returns the current frame, until the next step.
  public FrameReader frame() {
    FrameReader current = frame;
    if (current == null) {
      throw new IllegalStateException("no current frame");
    }
    return current;
  }

  /// Returns whether the current frame belongs but does not follow the one before it.
  public boolean resumed() {
    return resumed;
  }

  /// Returns where the chain broke; 0 when it did not, or the break was [#mended].
  public long brokenAt() {
    return brokenAt;
  }

  /// Ends the break that the current frame resumed from.
  public void mended() {
    brokenAt = 0;
  }

  /// Returns the first index that is missing before a resumed frame.
  public long missingFrom() {
    return missingFrom;
  }

  /// Returns the last index that is missing; lower than the first when none is.
  public long missingTo() {
    return missingTo;
  }

  /// Returns where the current gap begins.
  public long gapStart() {
    return gapStart;
  }

  /// Returns where the next step looks: the end of the current frame or gap.
  public long position() {
    return position;
  }

  /// Returns whether the current gap is all zeros.
  public boolean gapZeros() {
    return gapZeros;
  }
}
