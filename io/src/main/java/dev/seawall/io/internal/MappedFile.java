// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A window over the JDK's shared mapping, on every platform.
///
/// Two traps were measured on Linux 6.18 and ext4, and decide what [#open] and [#surface] do.
///
/// *Large folios.* The page cache keeps what was written by 1 MiB calls in pieces of 1 MiB, and one
/// store through a mapping makes the whole piece dirty: each sync of one page wrote 1 048 576
/// bytes. `MADV_NOHUGEPAGE` and `MADV_RANDOM` change nothing about pieces that are there. Dropping
/// the cached pages before mapping does (4096 bytes per sync), and reading them in again through
/// the mapping makes small ones, at 1.2 GB/s. Dropping needs system calls; without them a file that
/// was written past the cache, or small, is as good.
///
/// *Late errors.* A store into a page that cannot be had does not throw where it happens: the JVM
/// notes an `InternalError`, which comes up at the next poll. Of 200 such stores in compiled code
/// 199 let it escape to the caller's caller. Any transition into native code and back is a poll
/// (200 of 200): a downcall costs 2 ns, without native access [Thread#holdsLock] costs 10.
final class MappedFile implements MappedWindow {
  private static final long PAGE_BYTES = StorageFile.BLOCK_BYTES;
  private static final boolean NATIVE = NativeAccess.isAvailable();
  private static final long PAUSE_NANOS = 100_000;
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final Path path;
  private final long position;
  private final Arena arena;
  private final MemorySegment memory;
  private volatile @Nullable StorageException poison;
  private volatile boolean closed;

  private MappedFile(Path path, long position, Arena arena, MemorySegment memory) {
    this.path = path;
    this.position = position;
    this.arena = arena;
    this.memory = memory;
  }

  /// Maps a region and reads it in.
  static MappedFile open(Path path, long position, long bytes) throws StorageException {
    if (((position | bytes) & (PAGE_BYTES - 1)) != 0 || position < 0 || bytes <= 0) {
      throw new IllegalArgumentException(
          "window of %d bytes at position %d; both are multiples of %d"
              .formatted(bytes, position, PAGE_BYTES));
    }
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = Uninterrupted.call(() -> map(path, position, bytes, arena));
      memory.load();
      surface();
      return new MappedFile(path, position, arena, memory);
    } catch (IOException e) {
      arena.close();
      throw Failures.of("map", path, e);
    } catch (InternalError e) {
      arena.close();
      throw new StorageException("map", path, "a page cannot be read; look at `dmesg`", e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static MemorySegment map(Path path, long position, long bytes, Arena arena)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long size = channel.size();
      if (position + bytes > size) {
        throw new IllegalArgumentException(
            "window of %d bytes at position %d of %s, which has %d"
                .formatted(bytes, position, path, size));
      }
      if (NATIVE) {
        // Only clean pages can be dropped.
        channel.force(false);
        DirectFile.dropCached(path, position, bytes);
      }
      return channel.map(FileChannel.MapMode.READ_WRITE, position, bytes, arena);
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public long byteSize() {
    return memory.byteSize();
  }

  @Override
  public void store(long at, MemorySegment source, long from, long bytes) throws StorageException {
    requireHealthy("store");
    try {
      MemorySegment.copy(source, from, memory, at, bytes);
      surface();
    } catch (InternalError e) {
      throw faulted("store", at, e);
    } catch (IllegalStateException e) {
      throw orClosed("store", e);
    }
  }

  @Override
  public void load(long at, MemorySegment target, long to, long bytes) throws StorageException {
    requireHealthy("load");
    try {
      MemorySegment.copy(memory, at, target, to, bytes);
      surface();
    } catch (InternalError e) {
      throw faulted("load", at, e);
    } catch (IllegalStateException e) {
      throw orClosed("load", e);
    }
  }

  @Override
  public void touch(long at, long bytes) throws StorageException {
    Objects.checkFromIndexSize(at, bytes, memory.byteSize());
    requireHealthy("touch");
    try {
      for (long page = at & -PAGE_BYTES; page < at + bytes; page += PAGE_BYTES) {
        // A store that changes nothing, whoever else stores there.
        int _ = (int) INT.getAndAdd(memory, page, 0);
      }
      surface();
    } catch (InternalError e) {
      throw faulted("touch", at, e);
    } catch (IllegalStateException e) {
      throw orClosed("touch", e);
    }
  }

  @Override
  public void sync(long at, long bytes) throws StorageException {
    Objects.checkFromIndexSize(at, bytes, memory.byteSize());
    requireHealthy("sync");
    if (bytes == 0) {
      return;
    }
    try {
      memory.asSlice(at, bytes).force();
    } catch (UncheckedIOException e) {
      IOException cause = e.getCause() == null ? new IOException(e) : e.getCause();
      throw poisonedBy(Failures.of("sync", path, cause));
    } catch (IllegalStateException e) {
      throw orClosed("sync", e);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    while (true) {
      try {
        arena.close();
        return;
      } catch (IllegalStateException e) {
        if (!memory.scope().isAlive()) {
          return;
        }
        // A copy or a sync is under way in another thread, and ends.
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  /// Lets an error come up that the last accesses have caused.
  private static void surface() {
    if (NATIVE) {
      NativeCalls.poll();
    } else {
      boolean _ = Thread.holdsLock(NativeAccess.class);
    }
  }

  private StorageException faulted(String operation, long at, InternalError cause) {
    String detail =
        "a page at or behind position "
            + (position + at)
            + " cannot be had: the file was cut, the device failed or the disk is full; look at"
            + " `dmesg` and `df`";
    return poisonedBy(new StorageException(operation, path, detail, cause));
  }

  private StorageException orClosed(String operation, IllegalStateException cause) {
    if (closed) {
      return Failures.closed(operation, path);
    }
    // The caller's own memory.
    throw cause;
  }

  private void requireHealthy(String operation) throws StorageException {
    StorageException first = poison;
    if (first != null) {
      throw Failures.poisoned(operation, path, first);
    }
    if (closed) {
      throw Failures.closed(operation, path);
    }
  }

  private StorageException poisonedBy(StorageException failure) {
    if (poison == null) {
      poison = failure;
    }
    return failure;
  }
}
