// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.StorageFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A piece of off-heap memory and its arena; of huge pages when it is large enough and the system
/// grants them.
///
/// The device takes a request of 1 MiB in 4 KiB pages in two parts, and one in huge pages whole
/// (facts/limits.md, measured). The JDK zeroes what it allocates, in small pages, before anybody
/// could ask for large ones; so these come from the kernel directly.
public final class OffHeap implements AutoCloseable {
  static final long HUGE_PAGE_BYTES = 2 << 20;

  private final Arena arena;
  private final MemorySegment segment;

  private OffHeap(Arena arena, MemorySegment segment) {
    this.arena = arena;
    this.segment = segment;
  }

  /// Takes memory, aligned to a block or, if it is at least one huge page, to that; freed by
  /// [#close].
  ///
  /// @param huge whether it may be huge pages
  static OffHeap allocate(long bytes, boolean huge) {
    Arena arena = Arena.ofShared();
    try {
      if (huge && bytes >= HUGE_PAGE_BYTES && NativeAccess.isAvailable()) {
        MemorySegment mapped = map(arena, bytes);
        if (mapped.byteSize() == bytes) {
          return new OffHeap(arena, mapped);
        }
      }
      return new OffHeap(arena, arena.allocate(bytes, StorageFile.BLOCK_BYTES));
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  /// Takes memory like [#allocate], freed when nobody can reach it any more.
  ///
  /// @param huge whether it may be huge pages
  public static MemorySegment collected(long bytes, boolean huge) {
    Arena arena = Arena.ofAuto();
    if (huge && bytes >= HUGE_PAGE_BYTES && NativeAccess.isAvailable()) {
      MemorySegment mapped = map(arena, bytes);
      if (mapped.byteSize() == bytes) {
        return mapped;
      }
    }
    return arena.allocate(bytes, StorageFile.BLOCK_BYTES);
  }

  /// Returns the memory; valid until [#close].
  MemorySegment segment() {
    return segment;
  }

  @Override
  public void close() {
    arena.close();
  }

  // Returns an empty segment when the kernel has none.
  @SuppressWarnings("restricted")
  private static MemorySegment map(Arena arena, long bytes) {
    long mappedBytes = bytes + HUGE_PAGE_BYTES;
    MemorySegment raw = NativeCalls.mapAnonymous(mappedBytes);
    if (raw.address() == -1) {
      return MemorySegment.NULL;
    }
    MemorySegment mapped =
        raw.reinterpret(mappedBytes, arena, all -> NativeCalls.unmap(all, mappedBytes));
    long start = -raw.address() & (HUGE_PAGE_BYTES - 1);
    MemorySegment aligned = mapped.asSlice(start, bytes);
    // Refused where huge pages are switched off; small ones do the same work.
    NativeCalls.adviseHugePages(aligned, bytes);
    return aligned;
  }
}
