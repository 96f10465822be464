// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.wal.internal.append.RecordList;
import java.util.Objects;

/// Records that are appended all or nothing: together they get consecutive indexes, and after a
/// crash all are there or none. Reusable; confined to one thread. A batch never leaves its segment;
/// its limit is [WalOptions#maxBatchBytes].
public final class WalBatch {
  private final RecordList records = new RecordList();

  /// Makes an empty batch.
  public WalBatch() {}

  /// Adds a record with the time of the append as its timestamp. The bytes are not copied: they
  /// must not change before the append returned.
  public WalBatch add(byte[] payload) {
    return add(payload, 0, payload.length);
  }

  /// Adds part of an array as a record.
  ///
  /// @throws IndexOutOfBoundsException when the part lies outside the array
  public WalBatch add(byte[] payload, int offset, int length) {
    return add(payload, offset, length, Long.MIN_VALUE);
  }

  /// Adds part of an array as a record with a timestamp of the caller's; [Long#MIN_VALUE] means the
  /// time of the append.
  public WalBatch add(byte[] payload, int offset, int length, long timestamp) {
    Objects.checkFromIndexSize(offset, length, payload.length);
    records.add(payload, offset, length, timestamp);
    return this;
  }

  /// Forgets all records, so that the batch can be filled again.
  public void clear() {
    records.clear();
  }

  /// Returns the number of records.
  public int size() {
    return records.size();
  }

  RecordList records() {
    return records;
  }
}
