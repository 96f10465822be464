// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Says whether [NativeCalls] can be used in this JVM, and if not, why. Thread-safe.
///
/// Asking links the calls; a JVM started without `--enable-native-access` then prints its own
/// warning, once.
public final class NativeAccess {
  private static final @Nullable String REFUSAL = tryToLink();

  private NativeAccess() {}

  /// Returns whether system calls can be made directly.
  public static boolean isAvailable() {
    return REFUSAL == null;
  }

  /// Returns why not, as the end of a sentence; null when available.
  public static @Nullable String refusal() {
    return REFUSAL;
  }

  /// Returns whether the system calls of this platform are known. Asks for no access.
  static boolean isSupported() {
    return System.getProperty("os.name", "").equals("Linux")
        && ValueLayout.ADDRESS.byteSize() == Long.BYTES
        && (isX64() || isArm64());
  }

  static boolean isArm64() {
    return System.getProperty("os.arch", "").equals("aarch64");
  }

  private static boolean isX64() {
    return System.getProperty("os.arch", "").equals("amd64");
  }

  private static @Nullable String tryToLink() {
    if (!isSupported()) {
      return "it needs Linux on x86-64 or arm64, this is "
          + System.getProperty("os.name")
          + " on "
          + System.getProperty("os.arch");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment word = arena.allocate(ValueLayout.JAVA_INT);
      return NativeCalls.futexWakeAll(word) == 0 ? null : "the sandbox forbids the futex call";
    } catch (IllegalCallerException | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return "native access is denied (" + cause.getMessage() + "); start Java with " + flag();
    }
  }

  private static String flag() {
    Module module = NativeAccess.class.getModule();
    return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }
}
