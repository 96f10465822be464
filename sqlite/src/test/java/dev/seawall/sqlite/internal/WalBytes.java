// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Builds WALs byte by byte, written anew from the format's description and not with the code under
/// test. Frames go where they are told, over what stands there, as SQLite's own do.
public final class WalBytes {
  private final boolean big;
  private final int pageSize;
  private final int salt1;
  private final int salt2;
  private byte[] bytes;
  private int position = 32;
  private int one;
  private int two;

  public WalBytes(boolean big, int pageSize, int salt1, int salt2) {
    this.big = big;
    this.pageSize = pageSize;
    this.salt1 = salt1;
    this.salt2 = salt2;
    ByteBuffer header = ByteBuffer.allocate(32);
    header.putInt(big ? 0x377f0683 : 0x377f0682).putInt(3007000).putInt(pageSize).putInt(0);
    header.putInt(salt1).putInt(salt2);
    sum(header.array(), 0, 24);
    header.putInt(one).putInt(two);
    bytes = header.array();
  }

  /// A place that frames can be written from again.
  public record Mark(int position, int one, int two) {}

  public Mark mark() {
    return new Mark(position, one, two);
  }

  /// Goes back, as the next writer does when a commit failed; what was written stays.
  public WalBytes back(Mark mark) {
    position = mark.position;
    one = mark.one;
    two = mark.two;
    return this;
  }

  /// Writes a frame whose page is filled with one byte.
  public WalBytes frame(int page, int commit, int fill) {
    byte[] content = new byte[pageSize];
    Arrays.fill(content, (byte) fill);
    return frame(page, commit, content);
  }

  /// Writes a frame of a page.
  public WalBytes frame(int page, int commit, byte[] content) {
    ByteBuffer header = ByteBuffer.allocate(24);
    header.putInt(page).putInt(commit).putInt(salt1).putInt(salt2);
    sum(header.array(), 0, 8);
    sum(content, 0, pageSize);
    header.putInt(one).putInt(two);
    if (bytes.length < position + 24 + pageSize) {
      bytes = Arrays.copyOf(bytes, position + 24 + pageSize);
    }
    System.arraycopy(header.array(), 0, bytes, position, 24);
    System.arraycopy(content, 0, bytes, position + 24, pageSize);
    position += 24 + pageSize;
    return this;
  }

  /// Cuts the file behind a frame; the next one goes on from there.
  public WalBytes cut(int length) {
    bytes = Arrays.copyOf(bytes, length);
    position = length;
    ByteBuffer file = ByteBuffer.wrap(bytes);
    int sums = length == 32 ? 24 : length - pageSize - 8;
    one = file.getInt(sums);
    two = file.getInt(sums + 4);
    return this;
  }

  private void sum(byte[] from, int at, int length) {
    ByteBuffer words =
        ByteBuffer.wrap(from).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int i = at; i < at + length; i += 8) {
      one += words.getInt(i) + two;
      two += words.getInt(i + 4) + one;
    }
  }

  /// Returns the file.
  public byte[] bytes() {
    return bytes.clone();
  }
}
