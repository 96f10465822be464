// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.StorageException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A Linux file by system calls: writes go past the page cache (`O_DIRECT`), reads through it.
///
/// Two descriptors, because a direct one reads whole blocks only; the kernel drops a page from the
/// cache when a direct write passes under it, so the two agree. Writes that may stay in the cache
/// use the plain one; a sync, which waits for their pages too, always uses the direct one, so that
/// each error is reported once and there. Where the file system refuses `O_DIRECT` (tmpfs of old
/// kernels, some overlays) the same calls write through the page cache. An interrupt closes
/// nothing.
final class DirectFile implements SystemFile.Medium {
  private static final int CREATE_MODE = 0600;
  static final int TRIES_ON_EAGAIN = 10_000;
  static final long AGAIN_PAUSE_NANOS = 100_000;
  private static final long ADDRESS_AT = 0;
  private static final long LENGTH_AT = 8;
  private static final int CLOSED = Integer.MIN_VALUE;
  private static final CallStates STATES = new CallStates();

  private final Path path;
  private final int reading;
  private final int writing;
  // Users of the descriptors, and CLOSED: a number must not be closed, and given to another file,
  // under a reader.
  private final AtomicInteger users = new AtomicInteger();
  // Of whoever writes now; a steady stream of writes allocates nothing.
  private final MemorySegment state;
  private final MemorySegment iovec;
  private boolean dsyncWorks = true;
  // How often it was truncated, and how many of those a sync has covered.
  private int truncations;
  private int syncedTruncations;

  private DirectFile(Path path, int reading, int writing) {
    this.path = path;
    this.reading = reading;
    this.writing = writing;
    Arena memory = Arena.ofAuto();
    this.state = memory.allocate(NativeCalls.STATE_BYTES, Long.BYTES);
    this.iovec = memory.allocate(16, Long.BYTES);
  }

  /// Opens a file.
  ///
  /// @param whenRefused told when the file system refuses `O_DIRECT`; null to fail then
  static DirectFile open(Path path, OpenMode mode, @Nullable Runnable whenRefused)
      throws StorageException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(NativeCalls.STATE_BYTES, Long.BYTES);
      MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString(), pathCharset());
      int access =
          switch (mode) {
            case READ -> NativeCalls.O_RDONLY;
            case WRITE -> NativeCalls.O_RDWR;
            case CREATE -> NativeCalls.O_RDWR | NativeCalls.O_CREAT | NativeCalls.O_EXCL;
          };
      int plain = open(state, name, access);
      if (plain < 0) {
        throw Errno.failure("open", path, "", NativeCalls.errno(state));
      }
      if (mode == OpenMode.READ) {
        return new DirectFile(path, plain, -1);
      }
      // The plain one creates: with O_CREAT a refused O_DIRECT would leave a file behind.
      int direct = open(state, name, NativeCalls.O_RDWR | NativeCalls.O_DIRECT);
      if (direct >= 0) {
        return new DirectFile(path, plain, direct);
      }
      int errno = NativeCalls.errno(state);
      if (errno == Errno.EINVAL && whenRefused != null) {
        whenRefused.run();
        return new DirectFile(path, plain, plain);
      }
      NativeCalls.close(state, plain);
      if (mode == OpenMode.CREATE) {
        Directories.delete(path);
      }
      String where = "with O_DIRECT (another backend can be chosen)";
      throw Errno.failure("open", path, where, errno);
    }
  }

  /// Drops clean cached pages of a part of a file; where that is not possible they stay.
  static void dropCached(Path path, long position, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(NativeCalls.STATE_BYTES, Long.BYTES);
      MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString(), pathCharset());
      int descriptor = open(state, name, NativeCalls.O_RDONLY);
      if (descriptor >= 0) {
        NativeCalls.dropCached(descriptor, position, bytes);
        NativeCalls.close(state, descriptor);
      }
    }
  }

  @Override
  public long size() throws StorageException {
    enter("size");
    MemorySegment lent = STATES.borrow();
    try {
      long bytes = NativeCalls.length(lent, reading);
      if (bytes < 0) {
        throw Errno.failure("size", path, "", NativeCalls.errno(lent));
      }
      return bytes;
    } finally {
      STATES.giveBack(lent);
      exit();
    }
  }

  @Override
  public void write(long position, MemorySegment source, SystemFile.Kind kind)
      throws StorageException {
    enter("write");
    try {
      boolean durable = kind == SystemFile.Kind.DURABLE;
      boolean dsync = durable && dsyncWorks;
      int descriptor = kind == SystemFile.Kind.CACHED ? reading : writing;
      long bytes = source.byteSize();
      long done = 0;
      int tries = 0;
      while (done < bytes) {
        MemorySegment rest = done == 0 ? source : source.asSlice(done);
        long taken =
            dsync
                ? writeSynced(position + done, rest)
                : writePlain(descriptor, position + done, rest);
        if (taken > 0) {
          done += taken;
          tries = 0;
          continue;
        }
        int errno = taken == 0 ? Errno.EAGAIN : NativeCalls.errno(state);
        if (dsync && (errno == Errno.ENOSYS || errno == Errno.EOPNOTSUPP)) {
          dsyncWorks = false;
          dsync = false;
        } else if (!isRepeatable(errno, ++tries)) {
          throw Errno.failure("write", path, "at position " + (position + done), errno);
        }
      }
      if (durable && !dsync) {
        syncData();
      }
    } finally {
      exit();
    }
  }

  @Override
  public void truncate(long bytes) throws StorageException {
    enter("truncate");
    try {
      truncations++;
      int tries = 0;
      while (NativeCalls.ftruncate(state, writing, bytes) < 0) {
        int errno = NativeCalls.errno(state);
        if (!isRepeatable(errno, ++tries)) {
          throw Errno.failure("truncate", path, "to " + bytes + " bytes", errno);
        }
      }
    } finally {
      exit();
    }
  }

  @Override
  public void sync() throws StorageException {
    enter("sync");
    try {
      syncData();
    } finally {
      exit();
    }
  }

  @Override
  public int read(long position, MemorySegment target) throws StorageException {
    if (!target.isNative()) {
      return readToHeap(position, target);
    }
    enter("read");
    MemorySegment lent = STATES.borrow();
    try {
      long bytes = target.byteSize();
      long done = 0;
      int tries = 0;
      while (done < bytes) {
        MemorySegment rest = done == 0 ? target : target.asSlice(done);
        long taken = NativeCalls.pread(lent, reading, rest, bytes - done, position + done);
        if (taken == 0) {
          break;
        }
        if (taken > 0) {
          done += taken;
          tries = 0;
          continue;
        }
        int errno = NativeCalls.errno(lent);
        if (!isRepeatable(errno, ++tries)) {
          throw Errno.failure("read", path, "at position " + (position + done), errno);
        }
      }
      return Math.toIntExact(done);
    } finally {
      STATES.giveBack(lent);
      exit();
    }
  }

  @Override
  public void close() {
    int before = users.getAndUpdate(n -> n | CLOSED);
    if (before == 0) {
      closeDescriptors();
    }
  }

  // ---- for the ring, which uses the descriptor by itself

  /// Keeps the descriptors open until [#endUse], whatever [#close] says meanwhile.
  void beginUse(String operation) throws StorageException {
    enter(operation);
  }

  void endUse() {
    exit();
  }

  /// Returns whether writes go past the page cache.
  boolean isDirect() {
    return writing != reading;
  }

  /// Returns the descriptor for writes and syncs; good between [#beginUse] and [#endUse].
  int descriptor() {
    return writing;
  }

  boolean dsyncWorks() {
    return dsyncWorks;
  }

  void dsyncIsRefused() {
    dsyncWorks = false;
  }

  int truncations() {
    return truncations;
  }

  /// Returns whether `fdatasync` is enough.
  boolean lengthIsDurable() {
    return syncedTruncations == truncations;
  }

  /// A full sync that was submitted after so many truncations has ended well.
  void synced(int truncationsBefore) {
    syncedTruncations = Math.max(syncedTruncations, truncationsBefore);
  }

  private long writePlain(int descriptor, long position, MemorySegment source) {
    return NativeCalls.pwrite(state, descriptor, source, source.byteSize(), position);
  }

  private long writeSynced(long position, MemorySegment source) {
    try {
      iovec.set(ValueLayout.JAVA_LONG, ADDRESS_AT, source.address());
      iovec.set(ValueLayout.JAVA_LONG, LENGTH_AT, source.byteSize());
      return NativeCalls.pwritev2(state, writing, iovec, position, NativeCalls.RWF_DSYNC);
    } finally {
      Reference.reachabilityFence(source);
    }
  }

  private void syncData() throws StorageException {
    int tries = 0;
    while (true) {
      int result =
          lengthIsDurable()
              ? NativeCalls.fdatasync(state, writing)
              : NativeCalls.fsync(state, writing);
      if (result == 0) {
        syncedTruncations = truncations;
        return;
      }
      // EAGAIN is not repeated: a sync that failed once may falsely succeed the second time.
      int errno = NativeCalls.errno(state);
      if (errno != Errno.EINTR || ++tries > TRIES_ON_EAGAIN) {
        throw Errno.failure("sync", path, "", errno);
      }
    }
  }

  private int readToHeap(long position, MemorySegment target) throws StorageException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(Math.max(1, target.byteSize()));
      int bytes = read(position, copy.asSlice(0, target.byteSize()));
      MemorySegment.copy(copy, 0, target, 0, bytes);
      return bytes;
    }
  }

  private static boolean isRepeatable(int errno, int tries) {
    if (errno == Errno.EAGAIN && tries < TRIES_ON_EAGAIN) {
      LockSupport.parkNanos(AGAIN_PAUSE_NANOS);
      return true;
    }
    return errno == Errno.EINTR;
  }

  private void enter(String operation) throws StorageException {
    int n;
    do {
      n = users.get();
      if (n < 0) {
        throw Failures.closed(operation, path);
      }
    } while (!users.compareAndSet(n, n + 1));
  }

  private void exit() {
    if (users.decrementAndGet() == CLOSED) {
      closeDescriptors();
    }
  }

  private void closeDescriptors() {
    MemorySegment lent = STATES.borrow();
    // A failed close is not repeated: the number is free in any case, and closing promises nothing.
    NativeCalls.close(lent, reading);
    if (writing >= 0 && writing != reading) {
      NativeCalls.close(lent, writing);
    }
    STATES.giveBack(lent);
  }

  private static int open(MemorySegment state, MemorySegment name, int flags) {
    int descriptor;
    do {
      descriptor = NativeCalls.open(state, name, flags | NativeCalls.O_CLOEXEC, CREATE_MODE);
    } while (descriptor < 0 && NativeCalls.errno(state) == Errno.EINTR);
    return descriptor;
  }

  // The encoding in which the JDK itself hands names to the system.
  private static Charset pathCharset() {
    return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
  }
}
