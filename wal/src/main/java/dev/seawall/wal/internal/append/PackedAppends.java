// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.wal.RejectedException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.codec.RecordPacker;
import dev.seawall.wal.internal.codec.RecordPacker.Packed;
import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.MemorySegment;

/// The records of one append in their stored form. Confined to the appending thread.
final class PackedAppends {
  private final RecordPacker packer;
  private final Packed[] records;
  private final long[] timestamps;
  private final long frameBytes;

  private PackedAppends(RecordPacker packer, Packed[] records, long[] timestamps)
      throws RejectedException {
    this.packer = packer;
    this.records = records;
    this.timestamps = timestamps;
    long sum = 0;
    for (Packed record : records) {
      if (record.length() > Layout.MAX_PAYLOAD) {
        throw new RejectedException(
            "append a record of "
                + record.plainLength()
                + " bytes: with what encryption adds it has "
                + record.length()
                + ", and the format's limit is "
                + Layout.MAX_PAYLOAD,
            null);
      }
      sum += Layout.frameBytes(record.length());
    }
    this.frameBytes = sum;
  }

  /// Packs one record.
  static PackedAppends of(RecordPacker packer, MemorySegment payload, long timestamp)
      throws RejectedException {
    return new PackedAppends(packer, new Packed[] {packer.pack(payload)}, new long[] {timestamp});
  }

  /// Packs a batch.
  static PackedAppends of(RecordPacker packer, RecordList batch, long defaultTimestamp)
      throws RejectedException {
    Packed[] records = new Packed[batch.size()];
    long[] timestamps = new long[records.length];
    for (int i = 0; i < records.length; i++) {
      records[i] = packer.pack(batch.payload(i));
      timestamps[i] = batch.timestamp(i, defaultTimestamp);
    }
    return new PackedAppends(packer, records, timestamps);
  }

  /// Returns the bytes of the frames.
  long frameBytes() {
    return frameBytes;
  }

  /// Encodes all, or nothing when it throws; under the append lock. Returns the index of the last.
  long encode(Appender appender) throws WalException {
    long index = 0;
    boolean whole = false;
    appender.mark();
    try {
      for (int i = 0; i < records.length; i++) {
        index = encode(appender, records[i], timestamps[i], i == records.length - 1);
      }
      whole = true;
    } finally {
      if (!whole) {
        appender.takeBack();
      }
    }
    return index;
  }

  private long encode(Appender appender, Packed record, long timestamp, boolean last)
      throws WalException {
    packer.seal(record, appender.nextIndex(), timestamp, last);
    return appender.encode(
        record.bytes(),
        0,
        record.length(),
        record.crc(),
        timestamp,
        record.flags() | (last ? Layout.FLAG_BATCH_END : 0));
  }
}
