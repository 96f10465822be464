// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

/// The versions and features that this code reads and writes.
public final class FormatVersion {
  /// What is written.
  public static final int CURRENT = 1;

  /// The oldest that is read.
  public static final int OLDEST = 1;

  /// The feature bits that are understood.
  public static final int FEATURES = 0;

  private FormatVersion() {}
}
