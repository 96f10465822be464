// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// A record is compressed or encrypted in a way that the log was opened without. It is not damaged.
public final class CodecMissingException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public CodecMissingException(String message, @Nullable Throwable cause) {
    super(Outcome.NONE, message, cause);
  }
}
