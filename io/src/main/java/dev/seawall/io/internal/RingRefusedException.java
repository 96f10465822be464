// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

/// This machine gives no ring; the message is the end of a sentence that says why.
final class RingRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  RingRefusedException(String why) {
    super(why);
  }

  /// Returns why.
  String why() {
    return String.valueOf(getMessage());
  }
}
