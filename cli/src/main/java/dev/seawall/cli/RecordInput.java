// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into records: lines, or frames of a little-endian length (four bytes,
/// unsigned) and that many bytes. Confined to one thread.
final class RecordInput {
  private final InputStream in;
  private final String name;
  private final boolean framed;
  private final long maxRecordBytes;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int end;
  private long records;

  /// @param name what is being read, for messages
  RecordInput(InputStream in, String name, boolean framed, long maxRecordBytes) {
    this.in = in;
    this.name = name;
    this.framed = framed;
    this.maxRecordBytes = maxRecordBytes;
  }

  /// Returns the next record, or null at the end.
  ///
  /// @throws CommandFailure when it is too long or the input ends inside a frame
  byte @Nullable [] next() throws IOException {
    byte[] record = framed ? nextFrame() : nextLine();
    if (record != null) {
      records++;
    }
    return record;
  }

  private byte @Nullable [] nextLine() throws IOException {
    ByteArrayOutputStream line = null;
    while (true) {
      if (at == end && !fill()) {
        // The last line may lack its newline; an empty rest is no line.
        return line == null ? null : line.toByteArray();
      }
      int newline = at;
      while (newline < end && buffer[newline] != '\n') {
        newline++;
      }
      int length = newline - at;
      checkLength((line == null ? 0L : line.size()) + length);
      boolean whole = newline < end;
      if (whole && line == null) {
        byte[] record = java.util.Arrays.copyOfRange(buffer, at, newline);
        at = newline + 1;
        return record;
      }
      if (line == null) {
        line = new ByteArrayOutputStream(Math.max(256, 2 * length));
      }
      line.write(buffer, at, length);
      at = newline;
      if (whole) {
        at++;
        return line.toByteArray();
      }
    }
  }

  private byte @Nullable [] nextFrame() throws IOException {
    byte[] head = new byte[Integer.BYTES];
    int got = take(head);
    if (got == 0) {
      return null;
    }
    if (got < head.length) {
      throw cut("its length", head.length, got);
    }
    long length =
        (head[0] & 0xFFL)
            | (head[1] & 0xFFL) << 8
            | (head[2] & 0xFFL) << 16
            | (head[3] & 0xFFL) << 24;
    checkLength(length);
    byte[] record = new byte[Math.toIntExact(length)];
    got = take(record);
    if (got < record.length) {
      throw cut("its bytes", record.length, got);
    }
    return record;
  }

  private void checkLength(long length) {
    if (length > maxRecordBytes) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "read "
              + name
              + ", record "
              + (records + 1)
              + " of the input: "
              + (framed ? length + " bytes" : "over " + maxRecordBytes + " bytes without a newline")
              + ", the limit is "
              + maxRecordBytes
              + (framed
                  ? "; raise it with -o max-record-bytes=…, or this is not framed input"
                  : "; raise it with -o max-record-bytes=…, or use --framed"));
    }
  }

  private CommandFailure cut(String part, int expected, int found) {
    return new CommandFailure(
        ExitCode.GENERAL,
        "read "
            + name
            + ", record "
            + (records + 1)
            + " of the input: it ends inside "
            + part
            + ", expected "
            + expected
            + " bytes, found "
            + found
            + "; the "
            + records
            + " records before it were appended");
  }

  /// Fills `target` as far as the input goes and returns how far.
  private int take(byte[] target) throws IOException {
    int taken = 0;
    while (taken < target.length) {
      if (at == end && !fill()) {
        return taken;
      }
      int part = Math.min(target.length - taken, end - at);
      System.arraycopy(buffer, at, target, taken, part);
      at += part;
      taken += part;
    }
    return taken;
  }

  private boolean fill() throws IOException {
    int read = in.read(buffer, 0, buffer.length);
    at = 0;
    end = Math.max(0, read);
    return read > 0;
  }
}
