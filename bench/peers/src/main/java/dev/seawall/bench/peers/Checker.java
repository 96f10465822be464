// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.Arrays;

/// Compares what is read back with what was appended: every byte, each writer's order, the log's
/// own index order, and the number.
final class Checker implements Peer.Sink {
  private final Payloads payloads;
  private final long[] seen;
  private long lastIndex;
  private long records;

  Checker(Payloads payloads) {
    this.payloads = payloads;
    this.seen = new long[payloads.writers()];
  }

  @Override
  public void record(long index, byte[] bytes, int offset, int length) {
    records++;
    if (index != 0 && index != ++lastIndex) {
      throw new WrongDataException(
          "record " + records + " has index " + index + ", expected " + lastIndex);
    }
    if (length < Payloads.HEAD_BYTES) {
      throw new WrongDataException("record " + records + " has only " + length + " bytes");
    }
    int writer = Payloads.writerOf(bytes, offset);
    if (writer < 0 || writer >= seen.length) {
      throw new WrongDataException(
          "record " + records + " names writer " + writer + " of " + seen.length);
    }
    byte[][] own = payloads.of(writer);
    int slot = (int) (seen[writer]++ % own.length);
    byte[] expected = own[slot];
    int difference = Arrays.mismatch(expected, 0, expected.length, bytes, offset, offset + length);
    if (difference >= 0) {
      throw new WrongDataException(
          "record "
              + records
              + ", number "
              + seen[writer]
              + " of writer "
              + writer
              + ": payload "
              + Payloads.slotOf(bytes, offset)
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

  /// Fails unless each writer's acknowledged appends are there, no more and no fewer.
  void finish(long[] appended) {
    if (!Arrays.equals(appended, seen)) {
      throw new WrongDataException(
          "read back "
              + Arrays.toString(seen)
              + " records by writer, appended "
              + Arrays.toString(appended));
    }
  }

  /// The data read back is not the data appended: the measurement is void.
  static final class WrongDataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongDataException(String message) {
      super(message);
    }
  }
}
