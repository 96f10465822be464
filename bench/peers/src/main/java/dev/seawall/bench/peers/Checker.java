// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.Arrays;

/// Compares what is read back with what was appended: every byte, each writer's order, the log's
/// own index order, and the number. Of a log that drops its oldest records it checks what is kept.
final class Checker implements Peer.Sink {
  private static final int NOT_SEEN = -1;

  private final Payloads payloads;
  private final boolean tail;
  private final long[] seen;
  private long lastIndex;
  private long records;
  private long bytes;

  /// Expects everything.
  Checker(Payloads payloads) {
    this(payloads, false);
  }

  private Checker(Payloads payloads, boolean tail) {
    this.payloads = payloads;
    this.tail = tail;
    this.seen = new long[payloads.writers()];
    Arrays.fill(seen, tail ? NOT_SEEN : 0);
  }

  /// Expects the newest records without a gap; the log must have an index.
  static Checker ofTail(Payloads payloads) {
    return new Checker(payloads, true);
  }

  @Override
  public void record(long index, byte[] record, int offset, int length) {
    records++;
    bytes += length;
    if (tail && records == 1) {
      lastIndex = index - 1;
    }
    if ((index != 0 || tail) && index != ++lastIndex) {
      throw new WrongDataException(
          "record " + records + " has index " + index + ", expected " + lastIndex);
    }
    if (length < Payloads.HEAD_BYTES) {
      throw new WrongDataException("record " + records + " has only " + length + " bytes");
    }
    int writer = Payloads.writerOf(record, offset);
    if (writer < 0 || writer >= seen.length) {
      throw new WrongDataException(
          "record " + records + " names writer " + writer + " of " + seen.length);
    }
    byte[][] own = payloads.of(writer);
    if (seen[writer] == NOT_SEEN) {
      seen[writer] = Math.floorMod(Payloads.slotOf(record, offset), own.length);
    }
    int slot = (int) (seen[writer]++ % own.length);
    byte[] expected = own[slot];
    int difference = Arrays.mismatch(expected, 0, expected.length, record, offset, offset + length);
    if (difference >= 0) {
      throw new WrongDataException(
          "record "
              + records
              + ", number "
              + seen[writer]
              + " of writer "
              + writer
              + ": payload "
              + Payloads.slotOf(record, offset)
              + " of "
              + length
              + " bytes differs from payload "
              + slot
              + " of "
              + expected.length
              + " bytes at byte "
              + difference);
    }
  }

  /// Fails unless each writer's acknowledged appends are there, no more and no fewer; of a tail,
  /// unless it ends with the last of each and holds at least `leastBytes`, or everything.
  void finish(long[] appended, long leastBytes) {
    if (!tail) {
      if (!Arrays.equals(appended, seen)) {
        throw new WrongDataException(
            "read back "
                + Arrays.toString(seen)
                + " records by writer, appended "
                + Arrays.toString(appended));
      }
      return;
    }
    long all = Arrays.stream(appended).sum();
    if (lastIndex != all) {
      throw new WrongDataException("the last index is " + lastIndex + ", appended were " + all);
    }
    if (records < all && bytes < leastBytes) {
      throw new WrongDataException(
          "kept only " + bytes + " bytes in " + records + " records, expected " + leastBytes);
    }
    for (int writer = 0; writer < seen.length; writer++) {
      int cycle = payloads.of(writer).length;
      if (seen[writer] != NOT_SEEN && seen[writer] % cycle != appended[writer] % cycle) {
        throw new WrongDataException(
            "writer "
                + writer
                + " ended before payload "
                + appended[writer] % cycle
                + ", read back up to "
                + seen[writer] % cycle);
      }
    }
  }

  /// Fails unless each writer's acknowledged appends are there, no more and no fewer.
  void finish(long... appended) {
    finish(appended, 0);
  }

  /// The data read back is not the data appended: the measurement is void.
  static final class WrongDataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongDataException(String message) {
      super(message);
    }
  }
}
