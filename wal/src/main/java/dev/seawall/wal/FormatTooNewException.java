// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// A file was written by a newer version, or needs a feature that this version does not know. It is
/// not damaged.
public final class FormatTooNewException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public FormatTooNewException(String message, @Nullable Throwable cause) {
    super(Outcome.NONE, message, cause);
  }
}
