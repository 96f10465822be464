// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// The replica belongs to another owner now, or cannot be shown to be ours.
public final class LeaseLostException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  private final String holder;

  LeaseLostException(String holder, String message) {
    super(message);
    this.holder = holder;
  }

  /// Returns who holds it, as far as is known; for people.
  public String holder() {
    return holder;
  }
}
