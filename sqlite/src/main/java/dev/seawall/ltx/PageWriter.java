// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import dev.seawall.ltx.internal.Lz4;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Encodes pages of one size. The result stands in [#bytes] until the next call.
final class PageWriter {
  // Magic, descriptor and its checksum of a frame as Litestream writes it: version 1, independent
  // blocks of at most 64 KiB, content checksum, no content size.
  private static final byte[] FRAME_START = {0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, (byte) 0xA7};
  private static final int STORED = 0x8000_0000;

  private final PageEncoding encoding;
  private final int pageSize;
  private final byte[] bytes;
  private final ByteBuffer view;

  PageWriter(PageEncoding encoding, int pageSize) {
    this.encoding = encoding;
    this.pageSize = pageSize;
    this.bytes = new byte[FRAME_START.length + 12 + Lz4.maxCompressed(pageSize)];
    this.view = ByteBuffer.wrap(bytes);
    System.arraycopy(FRAME_START, 0, bytes, 0, FRAME_START.length);
  }

  byte[] bytes() {
    return bytes;
  }

  /// Encodes a page; returns the length.
  int encode(byte[] page) {
    return switch (encoding) {
      case FRAME -> frame(page);
      case BLOCK -> block(page);
    };
  }

  private int block(byte[] page) {
    int length = Lz4.compress(page, pageSize, bytes, 4);
    view.order(ByteOrder.BIG_ENDIAN).putInt(0, length);
    return 4 + length;
  }

  private int frame(byte[] page) {
    int at = FRAME_START.length;
    int length = Lz4.compress(page, pageSize, bytes, at + 4);
    view.order(ByteOrder.LITTLE_ENDIAN);
    if (length < pageSize) {
      view.putInt(at, length);
    } else {
      length = pageSize;
      System.arraycopy(page, 0, bytes, at + 4, pageSize);
      view.putInt(at, length | STORED);
    }
    at += 4 + length;
    view.putInt(at, 0);
    view.putInt(at + 4, Lz4.hash(page, 0, pageSize));
    return at + 8;
  }
}
