// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/// Any bytes as an LTX file: pages or an [LtxException] come out, nothing else, and what is valid
/// survives being written again.
///
/// No fuzzer guesses a 64-bit checksum. So the first byte says whether the rest is a file as it
/// stands, or a script of pages from which a file is made with every checksum right – with raw,
/// possibly wrong, compressed bytes inside.
public final class LtxFuzz {
  private LtxFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length < 2) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    byte[] file = (input[0] & 1) == 0 ? rest : resign(rest);
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    LtxHeader header;
    try {
      LtxDecoder decoder = new LtxDecoder(new ByteArrayInputStream(file), "fuzz");
      header = decoder.header();
      while (decoder.next()) {
        ByteBuffer page = decoder.page();
        demand(page.remaining() == header.pageSize(), "a page of another size");
        pages.put(decoder.pageNumber(), LtxFiles.bytes(page));
      }
    } catch (LtxException _) {
      return;
    }
    index(file);
    again(header, pages);
  }

  private static void again(LtxHeader header, SortedMap<Long, byte[]> pages) throws IOException {
    if (header.isTracked()) {
      return;
    }
    pages.tailMap(header.commit() + 1).clear();
    pages.remove(header.lockPage());
    for (PageEncoding encoding : PageEncoding.values()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      LtxEncoder encoder = new LtxEncoder(out, header, encoding);
      for (var page : pages.entrySet()) {
        encoder.page(page.getKey(), ByteBuffer.wrap(page.getValue()));
      }
      encoder.finish();
      SortedMap<Long, byte[]> back = LtxFiles.decode(out.toByteArray());
      demand(back.keySet().equals(pages.keySet()), "other pages come back");
      back.forEach(
          (number, page) -> demand(Arrays.equals(page, pages.get(number)), "another page"));
    }
  }

  private static void index(byte[] file) {
    ByteBuffer whole = ByteBuffer.wrap(file);
    try {
      long tail =
          LtxPageIndex.tailBytes(
              whole.slice(file.length - LtxPageIndex.END_BYTES, LtxPageIndex.END_BYTES),
              file.length,
              "fuzz");
      ByteBuffer end = whole.slice((int) (file.length - tail), (int) tail);
      LtxPageIndex.parse(end, file.length, "fuzz");
    } catch (LtxException _) {
      // A wrong index is no reason to refuse a file.
    }
  }

  // Keeps the frames that can be decoded and puts a right end behind them.
  private static byte[] resign(byte[] file) throws IOException {
    byte[] unsigned = Arrays.copyOf(file, Math.max(file.length, LtxHeader.BYTES));
    ByteBuffer header = ByteBuffer.wrap(unsigned);
    header.putInt(0, LtxHeader.MAGIC).putInt(4, LtxHeader.NO_CHECKSUM);
    header.putInt(8, 512 << (unsigned[8] & 3));
    int good = LtxHeader.BYTES;
    try {
      Input in = new Input(new ByteArrayInputStream(unsigned), "fuzz");
      in.fully(new byte[LtxHeader.BYTES], 0, LtxHeader.BYTES);
      PageReader reader = new PageReader(in, header.getInt(8));
      while (true) {
        in.i32();
        if (in.u16() == 0) {
          reader.frame();
        } else {
          reader.block(new Crc64(), new byte[8]);
        }
        good = (int) in.position();
      }
    } catch (LtxException _) {
      // The pages before it stand.
    }
    // End mark, empty index, its length, post-apply checksum, file checksum.
    byte[] signed = Arrays.copyOf(unsigned, good + 6 + 1 + 8 + 8 + 8);
    Arrays.fill(signed, good, signed.length, (byte) 0);
    ByteBuffer view = ByteBuffer.wrap(signed);
    view.putLong(good + 7, 1).putLong(signed.length - 8, checksum(signed, good));
    return signed;
  }

  private static long checksum(byte[] file, int framesEnd) throws IOException {
    ByteBuffer whole = ByteBuffer.wrap(file);
    Crc64 crc = new Crc64();
    crc.update(file, 0, LtxHeader.BYTES);
    Input in = new Input(new ByteArrayInputStream(file), "fuzz");
    in.fully(new byte[LtxHeader.BYTES], 0, LtxHeader.BYTES);
    PageReader reader = new PageReader(in, whole.getInt(8));
    for (int at = LtxHeader.BYTES; at < framesEnd; at = (int) in.position()) {
      in.i32();
      boolean frame = in.u16() == 0;
      crc.update(file, at, frame ? 6 : 10);
      if (frame) {
        reader.frame();
      } else {
        reader.block(new Crc64(), new byte[8]);
      }
      crc.update(reader.page(), 0, whole.getInt(8));
    }
    crc.update(file, framesEnd, file.length - framesEnd - 8);
    return crc.checksum();
  }

  private static void demand(boolean held, String otherwise) {
    if (!held) {
      throw new AssertionError(otherwise);
    }
  }
}
