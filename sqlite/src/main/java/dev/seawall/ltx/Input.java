// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// Takes whole fields from a stream, and knows where it stands. A stream that ends early is
/// [LtxException.Reason#TRUNCATED].
final class Input {
  private static final int BUFFER_BYTES = 1 << 13;

  private final InputStream in;
  private final String resource;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ByteBuffer view = ByteBuffer.wrap(buffer);
  private int at;
  private int limit;
  private long taken;

  Input(InputStream in, String resource) {
    this.in = in;
    this.resource = resource;
  }

  String resource() {
    return resource;
  }

  /// Returns the position in the file.
  long position() {
    return taken;
  }

  int u8() throws IOException {
    return buffer[take(1)] & 0xFF;
  }

  int u16() throws IOException {
    return view.getShort(take(2)) & 0xFFFF;
  }

  int i32() throws IOException {
    return view.getInt(take(4));
  }

  int i32LittleEndian() throws IOException {
    return Integer.reverseBytes(i32());
  }

  long i64() throws IOException {
    return view.getLong(take(8));
  }

  /// Fills `length` bytes of `to` from `from` on.
  void fully(byte[] to, int from, int length) throws IOException {
    int done = Math.min(length, limit - at);
    System.arraycopy(buffer, at, to, from, done);
    at += done;
    while (done < length) {
      int read = in.read(to, from + done, length - done);
      if (read < 0) {
        taken += done;
        throw truncated(length - done);
      }
      done += read;
    }
    taken += length;
  }

  /// Returns whether nothing is left.
  boolean atEnd() throws IOException {
    return at == limit && !fill();
  }

  /// Makes an exception that names this place.
  LtxException problem(LtxException.Reason reason, String detail) {
    return new LtxException(resource, reason, "position " + taken + ": " + detail, null);
  }

  // Makes `bytes` bytes stand in the buffer and steps over them; returns where they begin.
  private int take(int bytes) throws IOException {
    while (limit - at < bytes) {
      if (!fill()) {
        throw truncated(bytes - (limit - at));
      }
    }
    int from = at;
    at += bytes;
    taken += bytes;
    return from;
  }

  private boolean fill() throws IOException {
    System.arraycopy(buffer, at, buffer, 0, limit - at);
    limit -= at;
    at = 0;
    int read = in.read(buffer, limit, buffer.length - limit);
    if (read <= 0) {
      return false;
    }
    limit += read;
    return true;
  }

  private LtxException truncated(int missing) {
    return problem(
        LtxException.Reason.TRUNCATED, "the file ends, at least " + missing + " bytes are missing");
  }
}
