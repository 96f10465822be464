// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import org.jspecify.annotations.Nullable;

/// The closed set of frame types; see the package documentation.
public enum FrameType {
  RECORD(1),
  PAD(2),
  STATE(3),
  EPOCH(4),
  GROUP(5),
  MARK(6),
  SEAL(7),
  CUT(8);

  private static final FrameType[] BY_CODE = new FrameType[9];

  static {
    for (FrameType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  /// Returns the code on disk.
  public int code() {
    return code;
  }

  /// Returns whether its payload starts with a promise.
  public boolean promises() {
    return this != RECORD && this != PAD;
  }

  /// Returns the type of a code; null when unknown.
  static @Nullable FrameType of(int code) {
    return code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
