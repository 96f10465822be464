// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// The directory is missing, is not a directory, or holds no log of this name.
public final class NotALogException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public NotALogException(String message, @Nullable Throwable cause) {
    super(Outcome.NONE, message, cause);
  }
}
