// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// A file has a format older than the oldest that this version reads. It is not damaged.
public final class FormatTooOldException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public FormatTooOldException(String message, @Nullable Throwable cause) {
    super(Outcome.NONE, message, cause);
  }
}
