// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/// Files in memory, for tests: made from a map of pages, read back into one.
public final class LtxFiles {
  private LtxFiles() {}

  /// Encodes pages.
  public static byte[] encode(
      LtxHeader header, SortedMap<Long, byte[]> pages, PageEncoding encoding) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LtxEncoder encoder = new LtxEncoder(out, header, encoding);
    for (var page : pages.entrySet()) {
      encoder.page(page.getKey(), ByteBuffer.wrap(page.getValue()));
    }
    encoder.finish();
    return out.toByteArray();
  }

  /// Opens a decoder.
  public static LtxDecoder open(byte[] file) throws IOException {
    return new LtxDecoder(new ByteArrayInputStream(file), "file");
  }

  /// Decodes and verifies a whole file.
  public static SortedMap<Long, byte[]> decode(byte[] file) throws IOException {
    LtxDecoder decoder = open(file);
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    while (decoder.next()) {
      pages.put(decoder.pageNumber(), bytes(decoder.page()));
    }
    return pages;
  }

  /// Copies a buffer.
  public static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }

  /// Makes a page that compresses well, or not at all.
  public static byte[] page(int pageSize, long seed, boolean compressible) {
    byte[] page = new byte[pageSize];
    Random random = new Random(seed);
    random.nextBytes(page);
    if (compressible) {
      for (int i = 64; i < pageSize; i++) {
        page[i] = page[i % 64];
      }
    }
    return page;
  }

  /// Makes the pages 1…commit, the lock page left out.
  public static SortedMap<Long, byte[]> pages(int pageSize, int commit, long seed) {
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    for (long number = 1; number <= commit; number++) {
      if (number != LockPage.number(pageSize)) {
        pages.put(number, page(pageSize, seed * 1000 + number, number % 3 != 0));
      }
    }
    return pages;
  }
}
