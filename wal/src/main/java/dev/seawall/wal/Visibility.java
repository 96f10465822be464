// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

/// How far a reader may see.
public enum Visibility {
  /// Up to [WriteAheadLog#durableIndex]; beside a foreign writer: up to its last promise.
  DURABLE,
  /// What was handed to the file: survives the death of the process, not loss of power.
  WRITTEN,
  /// Everything accepted, also what only this process holds.
  ACCEPTED
}
