// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.wal.internal.frame.Checksums;
import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The records of a batch: references to the caller's arrays with their checksums. Reusable;
/// confined to one thread.
public final class RecordList {
  private byte[][] payloads = new byte[16][];
  private int[] offsets = new int[16];
  private int[] lengths = new int[16];
  private int[] crcs = new int[16];
  private long[] timestamps = new long[16];
  private int size;
  private long frameBytes;

  /// Adds a record; its bytes must not change before the append returned.
  public void add(byte[] payload, int offset, int length, long timestamp) {
    if (size == payloads.length) {
      payloads = Arrays.copyOf(payloads, size * 2);
      offsets = Arrays.copyOf(offsets, size * 2);
      lengths = Arrays.copyOf(lengths, size * 2);
      crcs = Arrays.copyOf(crcs, size * 2);
      timestamps = Arrays.copyOf(timestamps, size * 2);
    }
    payloads[size] = payload;
    offsets[size] = offset;
    lengths[size] = length;
    crcs[size] = Checksums.crc32c(payload, offset, length);
    timestamps[size] = timestamp;
    size++;
    frameBytes += Layout.frameBytes(length);
  }

  /// Forgets all records.
  public void clear() {
    Arrays.fill(payloads, 0, size, null);
    size = 0;
    frameBytes = 0;
  }

  /// Returns the number of records.
  public int size() {
    return size;
  }

  /// Returns the bytes of their frames.
  public long frameBytes() {
    return frameBytes;
  }

  /// Encodes all, or nothing when it throws; returns the index of the last.
  long encode(Appender appender, long defaultTimestamp) {
    long index = 0;
    boolean whole = false;
    appender.mark();
    try {
      for (int i = 0; i < size; i++) {
        index =
            appender.encode(
                payloads[i],
                offsets[i],
                lengths[i],
                crcs[i],
                timestamp(i, defaultTimestamp),
                i == size - 1 ? Layout.FLAG_BATCH_END : 0);
      }
      whole = true;
    } finally {
      if (!whole) {
        appender.takeBack();
      }
    }
    return index;
  }

  /// Returns when a record happened.
  long timestamp(int record, long defaultTimestamp) {
    return timestamps[record] == Long.MIN_VALUE ? defaultTimestamp : timestamps[record];
  }

  /// Returns a record's bytes.
  MemorySegment payload(int record) {
    return MemorySegment.ofArray(payloads[record]).asSlice(offsets[record], lengths[record]);
  }

  /// Returns the payload bytes of all records.
  public long payloadBytes() {
    long sum = 0;
    for (int i = 0; i < size; i++) {
      sum += lengths[i];
    }
    return sum;
  }
}
