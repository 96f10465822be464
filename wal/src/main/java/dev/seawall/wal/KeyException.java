// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// A key is missing or is another one: a record was encrypted with a key that was not given, or is
/// not encrypted where only encrypted ones are accepted. Nothing is damaged.
public final class KeyException extends WalException {
  private static final long serialVersionUID = 1L;

  /// @param message what was being done, where, expected and found, and the next step
  public KeyException(String message, @Nullable Throwable cause) {
    super(Outcome.NONE, message, cause);
  }

  /// Returns a key's id as people see it: 16 hexadecimal digits.
  public static String idText(long keyId) {
    return "%016x".formatted(keyId);
  }
}
