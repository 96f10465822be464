// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.util.ArrayList;
import java.util.List;

/// What the page index of a file will say, kept in about three bytes a page: frames stand back to
/// back and page numbers ascend, so a difference and a length are enough.
final class IndexLog {
  private static final int CHUNK_BYTES = 1 << 14;

  // Two varints of at most 5 bytes each are never split over chunks.
  private static final int ENTRY_BYTES_MAX = 10;

  private final List<byte[]> chunks = new ArrayList<>();
  private byte[] last = new byte[0];
  private int used;
  private long lastPage;

  /// Adds the frame of a page; pages ascend.
  void add(long page, long frameBytes) {
    if (used + ENTRY_BYTES_MAX > last.length) {
      last = new byte[chunks.isEmpty() ? 256 : CHUNK_BYTES];
      chunks.add(last);
      used = 0;
    }
    used += putVarint(last, used, page - lastPage);
    used += putVarint(last, used, frameBytes);
    lastPage = page;
  }

  /// Writes a varint; returns its length.
  static int putVarint(byte[] to, int at, long value) {
    int length = 0;
    long rest = value;
    while (rest >>> 7 != 0) {
      to[at + length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    to[at + length++] = (byte) rest;
    return length;
  }

  /// Returns an iteration over what was added.
  Entries entries() {
    return new Entries();
  }

  /// Walks through the frames in order.
  final class Entries {
    private int chunk;
    private int at;
    private long page;
    private long position;
    private long frameBytes;

    private Entries() {
      position = LtxHeader.BYTES;
    }

    /// Steps to the next frame; false at the end.
    boolean next() {
      if (chunk == chunks.size() || (chunk == chunks.size() - 1 && at == used)) {
        return false;
      }
      if (at + ENTRY_BYTES_MAX > chunks.get(chunk).length) {
        chunk++;
        at = 0;
        if (chunk == chunks.size()) {
          return false;
        }
      }
      position += frameBytes;
      page += varint();
      frameBytes = varint();
      return true;
    }

    private long varint() {
      byte[] bytes = chunks.get(chunk);
      long value = 0;
      int shift = 0;
      byte part;
      do {
        part = bytes[at++];
        value |= (part & 0x7FL) << shift;
        shift += 7;
      } while (part < 0);
      return value;
    }

    long page() {
      return page;
    }

    long position() {
      return position;
    }

    long frameBytes() {
      return frameBytes;
    }
  }
}
