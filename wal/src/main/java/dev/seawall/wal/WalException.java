// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The log refused or failed. Checked on purpose: the compiler asks every caller.
///
/// The message says what was being done, where, what was expected and found, and what the operator
/// can type next.
public abstract sealed class WalException extends IOException
    permits CodecMissingException,
        CorruptException,
        FormatTooNewException,
        FormatTooOldException,
        IndexBeyondEndException,
        IndexTruncatedException,
        KeyException,
        LogFailedException,
        LogFullException,
        LogLockedException,
        NotALogException,
        PayloadChangedException,
        RejectedException,
        TruncationRefusedException {
  private static final long serialVersionUID = 1L;

  /// What became of the records that were handed in.
  public enum Outcome {
    /// They are not in the log and will not be.
    NOT_APPENDED,
    /// After reopening they are there or not, whole batches only.
    UNKNOWN,
    /// Nothing was handed in.
    NONE
  }

  private final Outcome outcome;

  WalException(Outcome outcome, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.outcome = outcome;
  }

  /// Returns what became of the records that were handed in.
  public Outcome outcome() {
    return outcome;
  }
}
