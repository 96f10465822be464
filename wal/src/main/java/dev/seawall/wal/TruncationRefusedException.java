// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// A truncation would remove what a pin still needs. The message names the pin.
public final class TruncationRefusedException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public TruncationRefusedException(String message, @Nullable Throwable cause) {
    super(Outcome.NONE, message, cause);
  }
}
