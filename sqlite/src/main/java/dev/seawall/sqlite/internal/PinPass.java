// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.sqlite.internal.WalCapture.Keeper;
import dev.seawall.sqlite.internal.WalCapture.Look;
import java.io.IOException;

/// A checkpoint beside writers: the pin is passed on from one read transaction to the next, and the
/// write lock is not taken. Confined to one thread.
///
/// ```
///   frames   ├── in the database ──┼── captured, durable ──┼── to be captured ──┤► writers go on
///            first pin ───────────┘                                      second pin
/// ```
///
/// 1. The second pin is taken where the WAL ends now, while the first one is held.
/// 2. What stands in front of it is captured and made safe.
/// 3. The first pin is let go, and the WAL is checkpointed. Nobody can move what stands behind the
///    second pin, and while that is not moved no WAL begins anew: nothing is lost.
///
/// Only if the WAL was not wholly in the database when the second pin was taken: else that pin is
/// on read mark 0, and one restart may follow it.
final class PinPass {
  private final WalCapture capture;
  private final SqliteSource source;

  PinPass(WalCapture capture, SqliteSource source) {
    this.capture = capture;
    this.source = source;
  }

  /// Returns false when something could not be kept, or the WAL can no more be followed.
  boolean run(Keeper safe) throws IOException {
    // Most of it before there are two pins.
    if (!keepOnce(safe)) {
      return false;
    }
    source.pinAhead();
    try {
      SqliteWalHeader header = capture.openWal();
      // Read behind the pin: it stands here or before.
      WalIndex index = source.index();
      if (header == null || index == null || !index.isOf(header) || index.isBackfilled()) {
        return true;
      }
      long position = header.position(index.mxFrame() + 1);
      WalCursor end = new WalCursor(header.salt1(), header.salt2(), position, 0, 0);
      while (!reached(end)) {
        if (!(capture.look() instanceof Look.Changed(Capture pages, long _, boolean _))
            || !safe.keep(pages)) {
          return false;
        }
        capture.accept(pages);
      }
      source.passPin();
      capture.pinned(end);
      return true;
    } finally {
      source.unpinAhead();
    }
  }

  private boolean keepOnce(Keeper safe) throws IOException {
    return switch (capture.look()) {
      case Look.Quiet _ -> true;
      case Look.Lost _ -> false;
      case Look.Changed(Capture pages, long _, boolean _) -> {
        boolean kept = safe.keep(pages);
        if (kept) {
          capture.accept(pages);
        }
        yield kept;
      }
    };
  }

  private boolean reached(WalCursor end) {
    WalCursor at = capture.accepted();
    return at != null
        && at.salt1() == end.salt1()
        && at.salt2() == end.salt2()
        && at.position() >= end.position();
  }
}
