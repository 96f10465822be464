// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// An LTX file, or a chain of them, is not what it must be.
///
/// The message says which file, where in it, what was expected and what was found. The world's own
/// failures (a file that cannot be read) come as other [IOException]s.
public final class LtxException extends IOException {
  private static final long serialVersionUID = 1L;

  /// What is wrong. Later versions may tell more apart.
  public enum Reason {
    /// The magic is not that of LTX.
    NOT_LTX,
    /// It uses what this version does not know: another version or an unknown flag. Not damage.
    TOO_NEW,
    /// It ends before its end.
    TRUNCATED,
    /// A field is outside its limit, or parts are out of order.
    INVALID,
    /// A checksum does not fit: wrong bytes.
    CHECKSUM_MISMATCH,
    /// A page that must be there is not.
    PAGE_MISSING,
    /// Files do not follow each other, or do not belong together.
    NOT_CONTIGUOUS
  }

  private final Reason reason;
  private final String resource;

  /// Makes one.
  ///
  /// @param resource names the file, for people
  /// @param reason what is wrong
  /// @param detail where, what was expected, what was found
  /// @param cause what led to it; null when nothing did
  public LtxException(String resource, Reason reason, String detail, @Nullable Throwable cause) {
    super(resource + ": " + detail, cause);
    this.reason = reason;
    this.resource = resource;
  }

  /// Returns what is wrong.
  public Reason reason() {
    return reason;
  }

  /// Returns the name of the file.
  public String resource() {
    return resource;
  }
}
