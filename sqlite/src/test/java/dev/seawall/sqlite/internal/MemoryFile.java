// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;

/// A file of bytes in memory that somebody changes between two reads.
final class MemoryFile implements PositionedReader {
  private byte[] bytes;
  private IntConsumer beforeRead = _ -> {};
  private int reads;

  MemoryFile(byte[] bytes) {
    this.bytes = bytes;
  }

  void set(byte[] content) {
    bytes = content;
  }

  byte[] get() {
    return bytes;
  }

  /// Is told the number of each read before it happens.
  void beforeRead(IntConsumer action) {
    beforeRead = action;
    reads = 0;
  }

  @Override
  public int read(long position, MemorySegment target) {
    beforeRead.accept(++reads);
    int length = (int) Math.max(0, Math.min(target.byteSize(), bytes.length - position));
    if (length > 0) {
      MemorySegment.copy(bytes, (int) position, target, ValueLayout.JAVA_BYTE, 0, length);
    }
    return length;
  }

  long size() {
    return bytes.length;
  }
}
