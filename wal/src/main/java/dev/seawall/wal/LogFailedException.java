// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// A write or sync failed, or the log was closed while the append waited: the log is failed for
/// good, until it is reopened.
public final class LogFailedException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public LogFailedException(String message, @Nullable Throwable cause) {
    super(Outcome.UNKNOWN, message, cause);
  }
}
