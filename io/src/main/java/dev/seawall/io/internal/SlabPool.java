// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.BufferPool;
import dev.seawall.io.PooledBuffer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Buffers in size classes of powers of two, cut from slabs that each belong to one class.
/// Thread-safe, by one short lock.
///
/// Free buffers of a class are used in turn, oldest release first: so a second release by a former
/// owner is nearly always found.
public final class SlabPool implements BufferPool {
  private static final int SMALLEST_SHIFT = 10;
  private static final int CLASSES = Long.SIZE - 1 - SMALLEST_SHIFT;
  private static final long BUFFERS_IN_A_SLAB = 32;
  private static final byte RUBBISH = (byte) 0xdb;

  private final long limitBytes;
  private final boolean keeps;
  private final List<ArrayDeque<Buffer>> free = new ArrayList<>(CLASSES);
  private final List<Slab> slabs = new ArrayList<>();
  private long takenBytes;
  private long usedBytes;
  private boolean closed;

  /// Makes a pool; see [dev.seawall.io.BufferPools#offHeap].
  ///
  /// @param keeps whether released buffers are used again; else each is a slab of its own that goes
  ///   with its release, and no huge pages are asked for
  public SlabPool(long limitBytes, boolean keeps) {
    if (limitBytes < 1 << SMALLEST_SHIFT) {
      throw new IllegalArgumentException(
          "limit of " + limitBytes + " bytes, at least " + (1 << SMALLEST_SHIFT));
    }
    this.limitBytes = limitBytes;
    this.keeps = keeps;
    for (int i = 0; i < CLASSES; i++) {
      free.add(new ArrayDeque<>());
    }
  }

  @Override
  public @Nullable PooledBuffer tryAcquire(long bytes) {
    if (bytes <= 0 || bytes > limitBytes) {
      throw new IllegalArgumentException(
          "buffer of " + bytes + " bytes, the limit is " + limitBytes);
    }
    int shift = Math.max(SMALLEST_SHIFT, Long.SIZE - Long.numberOfLeadingZeros(bytes - 1));
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the pool is closed");
      }
      ArrayDeque<Buffer> own = free.get(shift - SMALLEST_SHIFT);
      Buffer buffer = own.pollFirst();
      if (buffer == null) {
        if (!addSlab(own, 1L << shift)) {
          return null;
        }
        buffer = own.removeFirst();
      }
      buffer.out = true;
      buffer.slab.used++;
      usedBytes += buffer.memory.byteSize();
      return buffer;
    }
  }

  @Override
  public synchronized long usedBytes() {
    return usedBytes;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      free.forEach(ArrayDeque::clear);
      slabs.removeIf(this::freeIfUnused);
    }
  }

  /// Puts new buffers into `own`; false when the limit leaves no room for one.
  private boolean addSlab(ArrayDeque<Buffer> own, long bufferBytes) {
    if (bufferBytes > limitBytes) {
      return false;
    }
    makeRoom(bufferBytes);
    long room = limitBytes - takenBytes;
    if (room < bufferBytes) {
      return false;
    }
    long bytes =
        keeps
            ? Math.max(
                bufferBytes, Math.min(OffHeap.HUGE_PAGE_BYTES, bufferBytes * BUFFERS_IN_A_SLAB))
            : bufferBytes;
    while (bytes > room) {
      bytes >>= 1;
    }
    Slab slab = new Slab(own, OffHeap.allocate(bytes, keeps));
    slabs.add(slab);
    takenBytes += bytes;
    for (long at = 0; at < bytes; at += bufferBytes) {
      own.addLast(new Buffer(this, slab, slab.memory.segment().asSlice(at, bufferBytes)));
    }
    return true;
  }

  private void makeRoom(long bytes) {
    Iterator<Slab> all = slabs.iterator();
    while (limitBytes - takenBytes < bytes && all.hasNext()) {
      Slab slab = all.next();
      if (slab.used == 0) {
        slab.free.removeIf(buffer -> buffer.slab.equals(slab));
        freeIfUnused(slab);
        all.remove();
      }
    }
  }

  private boolean freeIfUnused(Slab slab) {
    if (slab.used > 0) {
      return false;
    }
    takenBytes -= slab.memory.segment().byteSize();
    slab.memory.close();
    return true;
  }

  private synchronized void release(Buffer buffer, boolean mayBeReleased) {
    if (!buffer.out) {
      if (mayBeReleased) {
        return;
      }
      throw new IllegalStateException("the buffer was released before");
    }
    assert isSpoilt(buffer.memory);
    buffer.out = false;
    usedBytes -= buffer.memory.byteSize();
    Slab slab = buffer.slab;
    slab.used--;
    if (keeps && !closed) {
      slab.free.addLast(buffer);
    } else if (freeIfUnused(slab)) {
      slabs.remove(slab);
    }
  }

  // Whoever goes on using a buffer after its release should see it in the tests.
  private static boolean isSpoilt(MemorySegment memory) {
    memory.fill(RUBBISH);
    return true;
  }

  /// Memory that was taken at once, the list its buffers return to, and how many are out.
  private static final class Slab {
    final ArrayDeque<Buffer> free;
    final OffHeap memory;
    int used;

    Slab(ArrayDeque<Buffer> free, OffHeap memory) {
      this.free = free;
      this.memory = memory;
    }
  }

  private static final class Buffer implements PooledBuffer {
    final SlabPool pool;
    final Slab slab;
    final MemorySegment memory;
    // Written with the pool's lock held; its owner may read it without.
    volatile boolean out;

    Buffer(SlabPool pool, Slab slab, MemorySegment memory) {
      this.pool = pool;
      this.slab = slab;
      this.memory = memory;
    }

    @Override
    public MemorySegment segment() {
      if (!out) {
        throw new IllegalStateException("the buffer was released");
      }
      return memory;
    }

    @Override
    public void release() {
      pool.release(this, false);
    }

    @Override
    public void close() {
      pool.release(this, true);
    }
  }
}
