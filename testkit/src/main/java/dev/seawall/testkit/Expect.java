// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The few assertions that the contracts need, so that `testkit` depends on no test framework.
final class Expect {
  /// What is expected to throw.
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  private Expect() {}

  static void equal(long expected, long found) {
    if (expected != found) {
      throw new AssertionError("expected " + expected + ", found " + found);
    }
  }

  static void equal(@Nullable Object expected, @Nullable Object found) {
    equal(expected, found, "");
  }

  static void equal(@Nullable Object expected, @Nullable Object found, String what) {
    if (!Objects.equals(expected, found)) {
      throw new AssertionError("expected " + expected + ", found " + found + " " + what);
    }
  }

  static void that(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("expected: " + what);
    }
  }

  static <T extends Throwable> T thrown(Class<T> type, Action action) {
    try {
      action.run();
    } catch (Exception | Error e) {
      if (type.isInstance(e)) {
        return type.cast(e);
      }
      throw new AssertionError("expected " + type.getSimpleName() + ", thrown was " + e, e);
    }
    throw new AssertionError("expected " + type.getSimpleName() + ", nothing was thrown");
  }
}
