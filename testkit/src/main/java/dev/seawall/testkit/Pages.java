// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Pages of 4096 bytes, each an array that is never changed once it stands in an image; a missing
/// one reads as zeros.
///
/// Images share pages, so a snapshot is a reference, and a page of zeros costs nothing.
@SuppressWarnings(
    "ReferenceEquality") // Pages are shared and never changed: their identity is what is meant.
final class Pages {
  static final int PAGE = 4096;
  static final int SECTOR = 512;
  static final int ALL_SECTORS = 0xff;
  private static final byte[] ZERO = new byte[PAGE];
  private static final MemorySegment ZERO_SEGMENT = MemorySegment.ofArray(ZERO);

  private Pages() {}

  /// Returns the index of the first page that lies wholly at or behind `bytes`.
  static int count(long bytes) {
    return Math.toIntExact((bytes + PAGE - 1) / PAGE);
  }

  /// Copies one page out of `source`; pages of zeros are shared.
  static byte[] take(MemorySegment source, long offset) {
    if (MemorySegment.mismatch(source, offset, offset + PAGE, ZERO_SEGMENT, 0, PAGE) == -1) {
      return ZERO;
    }
    byte[] page = new byte[PAGE];
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, page, 0, PAGE);
    return page;
  }

  static byte[] orZero(byte @Nullable [] page) {
    return page == null ? ZERO : page;
  }

  /// Returns `before` with the sectors whose bit is set in `sectors` taken from `after`.
  static byte @Nullable [] mix(byte @Nullable [] before, byte @Nullable [] after, int sectors) {
    int chosen = sectors & ALL_SECTORS;
    if (chosen == 0 || before == after) {
      return before;
    }
    if (chosen == ALL_SECTORS) {
      return after;
    }
    byte[] mixed = orZero(before).clone();
    byte[] from = orZero(after);
    for (int sector = 0; sector < PAGE / SECTOR; sector++) {
      if ((chosen >>> sector & 1) != 0) {
        System.arraycopy(from, sector * SECTOR, mixed, sector * SECTOR, SECTOR);
      }
    }
    return mixed;
  }

  /// Returns `page` with everything from `length` on zeroed.
  static byte @Nullable [] cut(byte @Nullable [] page, int length) {
    if (page == null || page == ZERO) {
      return page;
    }
    byte[] shorter = new byte[PAGE];
    System.arraycopy(page, 0, shorter, 0, length);
    return shorter;
  }

  static byte[] flip(byte @Nullable [] page, int offset, int bit) {
    byte[] flipped = orZero(page).clone();
    flipped[offset] = (byte) (flipped[offset] ^ (1 << bit));
    return flipped;
  }
}
