// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// An append was refused before anything was done: too large, the queue stayed full until the
/// deadline, or the log is closed.
public final class RejectedException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public RejectedException(String message, @Nullable Throwable cause) {
    super(Outcome.NOT_APPENDED, message, cause);
  }
}
