// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// The caller changed the payload while it was being appended. What was copied is stored with a
/// right checksum; it may be neither the old bytes nor the new ones.
public final class PayloadChangedException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public PayloadChangedException(String message, @Nullable Throwable cause) {
    super(Outcome.UNKNOWN, message, cause);
  }
}
