// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

/// How SQLite moves its WAL into the database.
public enum CheckpointMode {
  /// As far as nobody has to wait.
  PASSIVE,
  /// Whole, and the WAL's file becomes empty.
  TRUNCATE
}
