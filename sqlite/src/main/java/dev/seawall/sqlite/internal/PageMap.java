// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.ltx.LockPage;
import java.util.Arrays;

/// Which frame holds the last image of each page: eight bytes a frame, pages themselves stay in the
/// WAL. Confined to one thread.
///
/// Frames of a transaction count from [#commit] on; [#rollback] takes back what came behind it.
final class PageMap {
  private static final int FIRST_CAPACITY = 64;

  // Page number in the upper half, frame number in the lower: sorting brings the images of a page
  // together, the newest last.
  private long[] entries = new long[FIRST_CAPACITY];
  private int size;
  private int committed;
  private long commitPages;

  /// Adds a frame; frames come in ascending order.
  void add(long page, long frame) {
    if (size == entries.length) {
      entries = Arrays.copyOf(entries, size * 2);
    }
    entries[size++] = page << 32 | frame;
  }

  /// Makes everything added so far count.
  ///
  /// @param pages length of the database behind it
  void commit(long pages) {
    committed = size;
    commitPages = pages;
  }

  /// Takes back what was added after the last [#commit].
  void rollback() {
    size = committed;
  }

  /// Returns the length of the database in pages, as the last transaction said; 0 without one.
  long commitPages() {
    return commitPages;
  }

  boolean isEmpty() {
    return committed == 0;
  }

  /// Returns the pages that are worth shipping, ascending: within the length of the database, and
  /// without the lock page.
  ///
  /// @return page number in the upper 32 bits, number of the frame with its last image in the lower
  long[] newest(int pageSize) {
    long[] sorted = Arrays.copyOf(entries, committed);
    // Numbers have 32 bits and no sign.
    Arrays.setAll(sorted, i -> sorted[i] ^ Long.MIN_VALUE);
    Arrays.sort(sorted);
    long lockPage = LockPage.number(pageSize);
    int kept = 0;
    for (int i = 0; i < sorted.length; i++) {
      long entry = sorted[i] ^ Long.MIN_VALUE;
      long page = entry >>> 32;
      boolean last = i + 1 == sorted.length || (sorted[i + 1] ^ Long.MIN_VALUE) >>> 32 != page;
      if (last && page <= commitPages && page != lockPage) {
        sorted[kept++] = entry;
      }
    }
    return Arrays.copyOf(sorted, kept);
  }
}
