// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.nio.file.Path;

/// Another owner, in this process or another one, holds the directory.
public final class LockHeldException extends StorageException {
  private static final long serialVersionUID = 1L;

  private final String holder;

  /// Makes one.
  ///
  /// @param directory the directory that is held
  /// @param holder who holds it, as far as `OWNER` tells; for people only
  public LockHeldException(Path directory, String holder) {
    super("lock", directory, "held by " + holder + "; stop that process, or open read-only", null);
    this.holder = holder;
  }

  /// Returns who holds the directory, as far as is known; for people only.
  public String holder() {
    return holder;
  }
}
