// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// There is no room for the next segment. Appends succeed again when there is; the message names
/// the pin that holds most bytes.
public final class LogFullException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public LogFullException(String message, @Nullable Throwable cause) {
    super(Outcome.NOT_APPENDED, message, cause);
  }
}
