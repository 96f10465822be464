// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.Switch;
import java.util.Set;

/// The environment of this process, of which nothing but switches is read. Stateless.
public final class ProcessSwitches {
  private ProcessSwitches() {}

  /// Returns the switches that are on.
  ///
  /// @throws IllegalArgumentException when a variable has a value that says neither yes nor no
  public static Set<Switch> read() {
    return Switch.from(System.getenv());
  }

  /// Returns whether buffers are used again and may be huge pages.
  public static boolean poolsBuffers() {
    return !read().contains(Switch.DISABLE_BUFFER_POOL);
  }
}
