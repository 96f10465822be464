// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

/// The versions and features that this code reads and writes.
public final class FormatVersion {
  /// What is written.
  public static final int CURRENT = 1;

  /// The oldest that is read.
  public static final int OLDEST = 1;

  /// Feature of a segment: records may be compressed.
  public static final int COMPRESSED = 1;

  /// Feature of a segment: records may be encrypted.
  public static final int ENCRYPTED = 2;

  /// The feature bits that are understood.
  public static final int FEATURES = COMPRESSED | ENCRYPTED;

  private FormatVersion() {}
}
