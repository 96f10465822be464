// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.recovery;

import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.segment.SparseIndex;

/// Collects seek places while records are walked. Confined to one thread.
public final class IndexBuilder implements TailScan.RecordVisitor {
  private final SparseIndex index = new SparseIndex();
  private long greatest = Long.MIN_VALUE;
  private boolean atBoundary = true;

  @Override
  public void visit(FrameReader frame) {
    if (atBoundary) {
      index.add(frame.index(), frame.position(), greatest);
    }
    greatest = Math.max(greatest, frame.timestamp());
    atBoundary = frame.endsBatch();
  }

  /// Hands the places before `end` to a segment's index.
  public void fill(SparseIndex target, long end) {
    index.cutAt(end);
    target.load(index.toWords());
  }
}
