// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The content of one file: the cache image, which reads see, and the durable image, which is all
/// that is left after loss of power.
///
/// A page is *dirty* when the cache has something that the durable image will get: by a sync, by
/// write-back at any time, or by a coin at loss of power. After a failed sync a page is clean again
/// although the images differ: the cached value is readable, nobody will ever write it, and it dies
/// with the power. Invariant: a cached page wholly behind the end of the file is missing, and the
/// bytes behind the end in the last page are zero.
@SuppressWarnings(
    "ReferenceEquality") // Pages are shared and never changed: their identity is what is meant.
final class SimInode {
  /// What a sync that is under way covers.
  static final class Capture {
    private final int[] pages;
    private final byte[] @Nullable [] contents;
    private final long[] versions;
    private final long size;
    private final long sizeVersion;

    Capture(
        int[] pages, byte[] @Nullable [] contents, long[] versions, long size, long sizeVersion) {
      this.pages = pages;
      this.contents = contents;
      this.versions = versions;
      this.size = size;
      this.sizeVersion = sizeVersion;
    }
  }

  private final int number;
  private byte[] @Nullable [] cached = new byte[16][];
  private byte[] @Nullable [] durable = new byte[16][];
  private long[] cachedVersion = new long[16];
  private long[] durableVersion = new long[16];
  private final BitSet dirty = new BitSet();
  private long version;
  private long cachedSize;
  private long durableSize;
  private long polledSize;
  private long sizeVersion;
  private long durableSizeVersion;
  private int allocated;

  int links;
  int handles;
  int windows;
  final List<SimOperation> inFlight = new ArrayList<>();

  SimInode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  long size() {
    return cachedSize;
  }

  long durableSize() {
    return durableSize;
  }

  /// Returns how many blocks the file occupies.
  int allocatedPages() {
    return allocated;
  }

  byte @Nullable [] cachedPage(int page) {
    return page < cached.length ? cached[page] : null;
  }

  boolean isAllocated(int page) {
    return cachedPage(page) != null;
  }

  private void ensure(int pages) {
    if (pages > cached.length) {
      int room = Math.max(pages, 2 * cached.length);
      cached = Arrays.copyOf(cached, room);
      durable = Arrays.copyOf(durable, room);
      cachedVersion = Arrays.copyOf(cachedVersion, room);
      durableVersion = Arrays.copyOf(durableVersion, room);
    }
  }

  /// Puts a page into the cache. What stood there unsynced may have been written back before: by
  /// coin, sector by sector.
  void put(int page, byte @Nullable [] content, RandomGenerator random) {
    ensure(page + 1);
    if (dirty.get(page) && random.nextInt(4) == 0) {
      durable[page] = Pages.mix(durable[page], cached[page], random.nextInt());
    }
    byte[] before = cached[page];
    if (before == null && content != null) {
      allocated++;
    } else if (before != null && content == null) {
      allocated--;
    }
    cached[page] = content;
    cachedVersion[page] = ++version;
    dirty.set(page);
  }

  /// Makes the cached content of a page durable, or some sectors of it.
  void harden(int page, int sectors) {
    durable[page] = Pages.mix(durable[page], cached[page], sectors);
    if ((sectors & Pages.ALL_SECTORS) == Pages.ALL_SECTORS) {
      durableVersion[page] = cachedVersion[page];
      dirty.clear(page);
    }
  }

  /// Grows the cached length to at least `size`.
  void grow(long size) {
    if (size > cachedSize) {
      cachedSize = size;
      sizeVersion++;
    }
  }

  /// Makes a length durable that a durable write reached.
  void hardenSize(long size) {
    if (size > durableSize && size <= cachedSize) {
      durableSize = size;
      durableSizeVersion = sizeVersion;
    }
  }

  /// Remembers that the caller knows of a length.
  void sawSize(long size) {
    polledSize = Math.max(polledSize, size);
  }

  void truncate(long size, RandomGenerator random) {
    if (size < cachedSize) {
      int kept = Pages.count(size);
      for (int page = kept; page < Pages.count(cachedSize); page++) {
        put(page, null, random);
      }
      int rest = (int) (size % Pages.PAGE);
      if (rest != 0 && cached[kept - 1] != null) {
        put(kept - 1, Pages.cut(cached[kept - 1], rest), random);
      }
    } else {
      ensure(Pages.count(size));
    }
    cachedSize = size;
    polledSize = size;
    sizeVersion++;
  }

  int read(long position, MemorySegment target) {
    if (position >= cachedSize) {
      return 0;
    }
    long length = Math.min(target.byteSize(), cachedSize - position);
    long done = 0;
    while (done < length) {
      int page = (int) ((position + done) / Pages.PAGE);
      int offset = (int) ((position + done) % Pages.PAGE);
      int chunk = (int) Math.min(Pages.PAGE - offset, length - done);
      MemorySegment.copy(
          Pages.orZero(cachedPage(page)), offset, target, ValueLayout.JAVA_BYTE, done, chunk);
      done += chunk;
    }
    return Math.toIntExact(length);
  }

  /// Notes what a sync submitted now must cover: every dirty page, but of a write whose completion
  /// was not polled only some sectors.
  Capture capture(RandomGenerator random) {
    int[] pages = dirty.stream().toArray();
    byte[] @Nullable [] contents = new byte[pages.length][];
    long[] versions = new long[pages.length];
    for (int i = 0; i < pages.length; i++) {
      contents[i] = cached[pages[i]];
      versions[i] = cachedVersion[pages[i]];
    }
    for (int i = 0; i < inFlight.size(); i++) {
      inFlight.get(i).weaken(pages, contents, versions, random);
    }
    boolean all = polledSize >= cachedSize || random.nextBoolean();
    return new Capture(pages, contents, versions, all ? cachedSize : polledSize, sizeVersion);
  }

  /// Notes what a sync of the pages `[from, to)` must cover: the dirty ones, and no length.
  Capture capture(int from, int to) {
    int[] pages = dirty.stream().filter(page -> page >= from && page < to).toArray();
    byte[] @Nullable [] contents = new byte[pages.length][];
    long[] versions = new long[pages.length];
    for (int i = 0; i < pages.length; i++) {
      contents[i] = cached[pages[i]];
      versions[i] = cachedVersion[pages[i]];
    }
    return new Capture(pages, contents, versions, durableSize, durableSizeVersion);
  }

  /// Ends a sync well: what it covers is durable, and of later writes to the same pages some
  /// sectors may be.
  void sync(Capture covered, RandomGenerator random) {
    for (int i = 0; i < covered.pages.length; i++) {
      int page = covered.pages[i];
      if (durableVersion[page] >= covered.versions[i]) {
        continue;
      }
      if (cachedVersion[page] == covered.versions[i] && cached[page] == covered.contents[i]) {
        durable[page] = cached[page];
        dirty.clear(page);
      } else if (dirty.get(page)) {
        durable[page] = Pages.mix(covered.contents[i], cached[page], random.nextInt());
      } else {
        durable[page] = covered.contents[i];
      }
      durableVersion[page] = covered.versions[i];
    }
    if (durableSizeVersion <= covered.sizeVersion) {
      durableSize = covered.size;
      durableSizeVersion = covered.sizeVersion;
    }
  }

  /// Ends a sync badly: of each page some sectors arrived, and the kernel calls all of them clean.
  void failSync(Capture covered, RandomGenerator random) {
    for (int i = 0; i < covered.pages.length; i++) {
      int page = covered.pages[i];
      if (durableVersion[page] <= covered.versions[i]
          && cachedVersion[page] == covered.versions[i]) {
        durable[page] = Pages.mix(durable[page], cached[page], random.nextInt());
        dirty.clear(page);
      }
    }
  }

  /// Loses the cache. Each dirty sector, and the length, survives with the chance that `odds`
  /// draws.
  void losePower(Odds odds) {
    for (int page = dirty.nextSetBit(0); page >= 0; page = dirty.nextSetBit(page + 1)) {
      durable[page] = Pages.mix(durable[page], cached[page], odds.sectors());
    }
    if (durableSize != cachedSize) {
      durableSize = odds.between(durableSize, cachedSize);
    }
    int kept = Pages.count(durableSize);
    ensure(kept);
    for (int page = kept; page < durable.length; page++) {
      durable[page] = null;
    }
    int rest = (int) (durableSize % Pages.PAGE);
    if (rest != 0) {
      durable[kept - 1] = Pages.cut(durable[kept - 1], rest);
    }
    allocated = 0;
    for (int page = 0; page < durable.length; page++) {
      cached[page] = durable[page];
      durableVersion[page] = cachedVersion[page];
      if (cached[page] != null) {
        allocated++;
      }
    }
    dirty.clear();
    cachedSize = durableSize;
    polledSize = durableSize;
    durableSizeVersion = sizeVersion;
  }

  /// Makes everything durable, as if it had been so for ever.
  void settle() {
    for (int page = 0; page < cached.length; page++) {
      durable[page] = cached[page];
      durableVersion[page] = cachedVersion[page];
    }
    dirty.clear();
    durableSize = cachedSize;
    polledSize = cachedSize;
    durableSizeVersion = sizeVersion;
  }

  /// Flips a bit on the medium, and in the cache as if it had been read again.
  void flip(long position, int bit) {
    int page = Math.toIntExact(position / Pages.PAGE);
    int offset = (int) (position % Pages.PAGE);
    boolean same = durable[page] == cached[page];
    if (position < durableSize) {
      durable[page] = Pages.flip(durable[page], offset, bit);
    }
    if (same && position < durableSize) {
      cached[page] = durable[page];
    } else {
      cached[page] = Pages.flip(cached[page], offset, bit);
    }
  }

  /// Returns a copy of one of the two images.
  byte[] copy(boolean ofDurable) {
    long size = ofDurable ? durableSize : cachedSize;
    byte[] bytes = new byte[Math.toIntExact(size)];
    byte[] @Nullable [] image = ofDurable ? durable : cached;
    for (int page = 0; page < Pages.count(size); page++) {
      int length = (int) Math.min(Pages.PAGE, size - (long) page * Pages.PAGE);
      byte[] content = page < image.length ? image[page] : null;
      System.arraycopy(Pages.orZero(content), 0, bytes, page * Pages.PAGE, length);
    }
    return bytes;
  }
}
