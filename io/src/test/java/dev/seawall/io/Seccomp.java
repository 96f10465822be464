// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// A real filter of system calls, for every thread of this process and for good.
public final class Seccomp {
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int SET_MODE_FILTER = 1;
  private static final int FLAG_TSYNC = 1;
  private static final int LOAD_CALL_NUMBER = 0x20;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int RETURN = 0x06;
  private static final int ALLOW = 0x7fff_0000;
  private static final int ERRNO = 0x0005_0000;

  private Seccomp() {}

  /// Refuses the calls of some filters, each `CALL:ERRNO`.
  public static void refuse(List<String> filters) {
    for (String filter : filters) {
      int colon = filter.indexOf(':');
      refuse(
          Integer.parseInt(filter.substring(0, colon)),
          Integer.parseInt(filter.substring(colon + 1)));
    }
  }

  private static void refuse(int call, int errno) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(4 * 8, 8);
      instruction(code, 0, LOAD_CALL_NUMBER, 0, 0);
      instruction(code, 1, JUMP_IF_EQUAL, 1, call);
      instruction(code, 2, RETURN, 0, ERRNO | errno);
      instruction(code, 3, RETURN, 0, ALLOW);
      MemorySegment program = arena.allocate(16, 8);
      program.set(ValueLayout.JAVA_SHORT, 0, (short) 4);
      program.set(ValueLayout.ADDRESS, 8, code);
      long seccomp = System.getProperty("os.arch").equals("aarch64") ? 277 : 317;
      long prctl = System.getProperty("os.arch").equals("aarch64") ? 167 : 157;
      MethodHandle syscall = syscall();
      long done =
          (long)
              syscall.invokeExact(
                  prctl, (long) PR_SET_NO_NEW_PRIVS, 1L, MemorySegment.NULL, 0L, 0L);
      done |=
          (long)
              syscall.invokeExact(
                  seccomp, (long) SET_MODE_FILTER, (long) FLAG_TSYNC, program, 0L, 0L);
      if (done != 0) {
        throw new IllegalStateException("no filter: " + done);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  // If not equal, `skip` instructions are jumped over; other instructions jump nowhere.
  private static void instruction(MemorySegment code, int number, int operation, int skip, int k) {
    long at = number * 8L;
    code.set(ValueLayout.JAVA_SHORT, at, (short) operation);
    code.set(ValueLayout.JAVA_BYTE, at + 2, (byte) 0);
    code.set(ValueLayout.JAVA_BYTE, at + 3, (byte) skip);
    code.set(ValueLayout.JAVA_INT, at + 4, k);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle syscall() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find("syscall").orElseThrow(),
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG),
        Linker.Option.firstVariadicArg(1));
  }
}
