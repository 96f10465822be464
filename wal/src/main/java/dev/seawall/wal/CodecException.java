// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import org.jspecify.annotations.Nullable;

/// Stored bytes are not what a codec wrote. A [RecordCodec] says why; the log knows where, and
/// throws [CorruptException].
public final class CodecException extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param message what was expected and found
  public CodecException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
