// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// Another writer, in this process or another one, holds the log. The message says who.
public final class LogLockedException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public LogLockedException(String message, @Nullable Throwable cause) {
    super(Outcome.NONE, message, cause);
  }
}
