// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A database was not restored. Nothing stands at the output that did not stand there before.
///
/// Failures of the store and of the disk come as their own exceptions.
public final class RestoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Why. Later versions may tell more apart.
  public enum Reason {
    /// Something stands at the output, or beside it.
    OUTPUT_EXISTS,
    /// No replica stands at that path.
    NO_REPLICA,
    /// Links are missing between two that are there.
    GAP,
    /// The replica does not reach, or cannot stop at, what was asked for.
    NOT_REACHED,
    /// A file is not what it must be; the cause is an [dev.seawall.ltx.LtxException] for LTX files.
    DAMAGED,
    /// SQLite found fault with what was restored.
    CHECK_FAILED
  }

  private final Reason reason;

  /// Makes one.
  ///
  /// @param reason why
  /// @param detail where, what was expected and found, what to do next
  /// @param cause what led to it; null when nothing did
  public RestoreException(Reason reason, String detail, @Nullable Throwable cause) {
    super(detail, cause);
    this.reason = reason;
  }

  /// Returns why.
  public Reason reason() {
    return reason;
  }
}
