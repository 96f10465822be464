// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// Somebody else has written to this replica; the message says who, as far as is known.
public final class ForeignWriterException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  ForeignWriterException(String message) {
    super(message);
  }
}
