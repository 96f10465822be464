// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.List;

/// Every downcall of Seawall: Linux system calls on x86-64 and arm64. Thread-safe.
///
/// Loading this class fails where they are absent or denied; ask [NativeAccess] first. A method
/// returns what the call returned; `errno` is in the caller's `state` and means something only
/// after a result of -1 (a later call of the JVM would overwrite the thread's own). A blocking call
/// pins a virtual thread to its carrier; callers see to that.
///
/// Memory is passed as a segment, so that an arena cannot be closed while the kernel uses it.
final class NativeCalls {
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_CLOEXEC = 0x80000;
  static final int O_DIRECT;
  static final int RWF_DSYNC = 2;
  static final int SEEK_END = 2;
  static final int PROT_READ_WRITE = 3;
  static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  static final int MADV_HUGEPAGE = 14;
  static final int MAP_SHARED_POPULATE = 0x8001;
  static final int IORING_ENTER_GETEVENTS = 1;
  static final int POSIX_FADV_DONTNEED = 4;
  static final int EFD_NONBLOCK_CLOEXEC = 0x80800;

  private static final int FUTEX_WAIT_PRIVATE = 128;
  private static final int FUTEX_WAKE_PRIVATE = 129;
  private static final long SYS_FUTEX;
  // Calls younger than 2019 have one number on every processor.
  private static final long SYS_IO_URING_SETUP = 425;
  private static final long SYS_IO_URING_ENTER = 426;

  // Linking costs milliseconds a call: those of a group are linked when one of it is first needed.
  // That all of them are there is seen at once.
  private static final List<String> LIBC =
      List.of(
          "close",
          "eventfd",
          "fdatasync",
          "fsync",
          "ftruncate",
          "getpagesize",
          "lseek",
          "madvise",
          "mmap",
          "munmap",
          "open",
          "posix_fadvise",
          "pread",
          "pwrite",
          "pwritev2",
          "read",
          "syscall",
          "write");

  static {
    boolean arm = NativeAccess.isArm64();
    if (!NativeAccess.isSupported()) {
      throw new UnsupportedOperationException(
          "system calls are known for Linux on x86-64 and arm64 only");
    }
    for (String name : LIBC) {
      address(name);
    }
    O_DIRECT = arm ? 0x10000 : 0x4000;
    SYS_FUTEX = arm ? 98 : 202;
  }

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /// How many bytes a `state` has.
  static final long STATE_BYTES = STATE.byteSize();

  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

  // No errno for a futex: whatever it says, the waiter looks at the word again.
  private static final MethodHandle FUTEX =
      link(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS),
          Linker.Option.firstVariadicArg(1));

  /// Calls on open files.
  private static final class Files {
    static final MethodHandle OPEN =
        link(
            "open",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
            CAPTURE,
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle CLOSE =
        link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
    static final MethodHandle PREAD =
        link(
            "pread",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG),
            CAPTURE);
    static final MethodHandle PWRITE =
        link(
            "pwrite",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG),
            CAPTURE);
    static final MethodHandle PWRITEV2 =
        link(
            "pwritev2",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT),
            CAPTURE);
    static final MethodHandle FDATASYNC =
        link("fdatasync", FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
    static final MethodHandle FSYNC =
        link("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
    static final MethodHandle FTRUNCATE =
        link("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG), CAPTURE);
    static final MethodHandle LSEEK =
        link("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT), CAPTURE);
    // Returns an error number and leaves errno alone.
    static final MethodHandle FADVISE =
        link(
            "posix_fadvise",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private Files() {}
  }

  /// Calls on memory.
  private static final class Memory {
    static final MethodHandle MMAP =
        link(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle MUNMAP =
        link("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    static final MethodHandle MADVISE =
        link("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    static final MethodHandle PAGE_SIZE = link("getpagesize", FunctionDescriptor.of(JAVA_INT));

    private Memory() {}
  }

  /// Calls on rings and what wakes them.
  private static final class Rings {
    static final MethodHandle URING_SETUP =
        link(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS),
            CAPTURE,
            Linker.Option.firstVariadicArg(1));
    static final MethodHandle EVENT_FD =
        link("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), CAPTURE);
    static final MethodHandle READ =
        link("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    static final MethodHandle WRITE =
        link("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    static final MethodHandle URING_ENTER =
        link(
            "syscall",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG),
            CAPTURE,
            Linker.Option.firstVariadicArg(1));

    private Rings() {}
  }

  private NativeCalls() {}

  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  static int open(MemorySegment state, MemorySegment path, int flags, int mode) {
    try {
      return (int) Files.OPEN.invokeExact(state, path, flags, mode);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int close(MemorySegment state, int descriptor) {
    try {
      return (int) Files.CLOSE.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long pread(
      MemorySegment state, int descriptor, MemorySegment target, long bytes, long position) {
    try {
      return (long) Files.PREAD.invokeExact(state, descriptor, target, bytes, position);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long pwrite(
      MemorySegment state, int descriptor, MemorySegment source, long bytes, long position) {
    try {
      return (long) Files.PWRITE.invokeExact(state, descriptor, source, bytes, position);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Writes what the one `iovec` (address, bytes) names; the caller keeps that memory alive.
  static long pwritev2(
      MemorySegment state, int descriptor, MemorySegment iovec, long position, int flags) {
    try {
      return (long) Files.PWRITEV2.invokeExact(state, descriptor, iovec, 1, position, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int fdatasync(MemorySegment state, int descriptor) {
    try {
      return (int) Files.FDATASYNC.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int fsync(MemorySegment state, int descriptor) {
    try {
      return (int) Files.FSYNC.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int ftruncate(MemorySegment state, int descriptor, long bytes) {
    try {
      return (int) Files.FTRUNCATE.invokeExact(state, descriptor, bytes);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Returns the length of an open file, in bytes.
  static long length(MemorySegment state, int descriptor) {
    try {
      return (long) Files.LSEEK.invokeExact(state, descriptor, 0L, SEEK_END);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Maps zeroed private memory; the result has address -1 when there is none.
  static MemorySegment mapAnonymous(long bytes) {
    try {
      return (MemorySegment)
          Memory.MMAP.invokeExact(
              MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Maps a part of a descriptor, shared and for reading and writing; the result has address -1
  /// when it cannot be had.
  static MemorySegment mapShared(int descriptor, long offset, long bytes) {
    try {
      return (MemorySegment)
          Memory.MMAP.invokeExact(
              MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, descriptor, offset);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int unmap(MemorySegment address, long bytes) {
    try {
      return (int) Memory.MUNMAP.invokeExact(address, bytes);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int adviseHugePages(MemorySegment address, long bytes) {
    try {
      return (int) Memory.MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Sleeps while the word equals `expected`, for `timespec` at most; every result may be spurious.
  static void futexWait(MemorySegment word, int expected, MemorySegment timespec) {
    try {
      long _ = (long) FUTEX.invokeExact(SYS_FUTEX, word, FUTEX_WAIT_PRIVATE, expected, timespec);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Wakes all that sleep on the word; returns how many, or -1 where futexes are forbidden.
  static long futexWakeAll(MemorySegment word) {
    try {
      return (long)
          FUTEX.invokeExact(
              SYS_FUTEX, word, FUTEX_WAKE_PRIVATE, Integer.MAX_VALUE, MemorySegment.NULL);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Drops clean cached pages of a part of a file; returns 0 or an error number.
  static int dropCached(int descriptor, long position, long bytes) {
    try {
      return (int) Files.FADVISE.invokeExact(descriptor, position, bytes, POSIX_FADV_DONTNEED);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Does nothing, outside the JVM: on the way back an error comes up that this thread's accesses
  /// to a mapping have caused.
  static void poll() {
    try {
      int _ = (int) Memory.PAGE_SIZE.invokeExact();
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Makes a pair of rings with at least `entries` places and fills in `params`; returns its
  /// descriptor.
  static int uringSetup(MemorySegment state, int entries, MemorySegment params) {
    try {
      return (int) (long) Rings.URING_SETUP.invokeExact(state, SYS_IO_URING_SETUP, entries, params);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Hands `submit` entries to the kernel and, with [#IORING_ENTER_GETEVENTS], sleeps until at
  /// least `wait` results are there; returns how many entries it took.
  static int uringEnter(MemorySegment state, int descriptor, int submit, int wait, int flags) {
    try {
      return (int)
          (long)
              Rings.URING_ENTER.invokeExact(
                  state,
                  SYS_IO_URING_ENTER,
                  descriptor,
                  submit,
                  wait,
                  flags,
                  MemorySegment.NULL,
                  0L);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Makes a counter that a ring can watch; returns its descriptor.
  static int eventFd(MemorySegment state) {
    try {
      return (int) Rings.EVENT_FD.invokeExact(state, 0, EFD_NONBLOCK_CLOEXEC);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Adds `one`, a long, to a counter.
  static void signalEvent(int descriptor, MemorySegment one) {
    try {
      long _ = (long) Rings.WRITE.invokeExact(descriptor, one, (long) Long.BYTES);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// Sets a counter to 0.
  static void clearEvent(int descriptor, MemorySegment target) {
    try {
      long _ = (long) Rings.READ.invokeExact(descriptor, target, (long) Long.BYTES);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(
      String name, FunctionDescriptor function, Linker.Option... options) {
    return Linker.nativeLinker().downcallHandle(address(name), function, options);
  }

  private static MemorySegment address(String name) {
    return Linker.nativeLinker()
        .defaultLookup()
        .find(name)
        .orElseThrow(() -> new UnsupportedOperationException("libc has no " + name));
  }

  private static RuntimeException broken(Throwable cause) {
    if (cause instanceof RuntimeException e) {
      return e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return new IllegalStateException(cause);
  }
}
