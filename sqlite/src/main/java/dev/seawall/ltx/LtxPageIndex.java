// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import dev.seawall.ltx.LtxException.Reason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The page index of a file, read from its last bytes: where single pages are found without reading
/// the rest. Immutable, thread-safe.
///
/// Fetch the last [#END_BYTES] bytes and ask [#tailBytes] how many more it takes. The index is
/// covered by the file checksum only, which nobody has computed who reads no more than this: check
/// the page that was found.
public final class LtxPageIndex {
  /// Bytes of the index's length and the trailer: the least to fetch.
  public static final int END_BYTES = 8 + LtxTrailer.BYTES;

  // Three bytes an entry at least; 2^32 pages of thirty bytes would not be a file of ours.
  private static final long MAX_INDEX_BYTES = 1L << 31;

  /// Where one page is.
  ///
  /// @param page its number
  /// @param position of its frame in the file, in bytes
  /// @param frameBytes of its frame, header included
  public record Entry(long page, long position, long frameBytes) {}

  private final List<Entry> entries;

  private LtxPageIndex(List<Entry> entries) {
    this.entries = entries;
  }

  /// Returns how many bytes from the end of the file [#parse] needs.
  ///
  /// @param end the last [#END_BYTES] bytes
  /// @param fileBytes length of the file
  /// @throws LtxException when that would be more than the file has
  public static long tailBytes(ByteBuffer end, long fileBytes, String resource)
      throws LtxException {
    long indexBytes = end.getLong(end.limit() - END_BYTES);
    if (indexBytes < 1
        || indexBytes > MAX_INDEX_BYTES
        || indexBytes > fileBytes - END_BYTES - LtxHeader.BYTES - 6) {
      throw new LtxException(
          resource, Reason.INVALID, "a page index of " + indexBytes + " bytes", null);
    }
    return indexBytes + END_BYTES;
  }

  /// Reads the index.
  ///
  /// @param tail as many last bytes of the file as [#tailBytes] said
  /// @param fileBytes length of the file
  /// @throws LtxException when it is none, or points outside the page frames
  public static LtxPageIndex parse(ByteBuffer tail, long fileBytes, String resource)
      throws LtxException {
    ByteBuffer in = tail.slice(tail.position(), tail.remaining() - END_BYTES);
    long framesEnd = fileBytes - tail.remaining() - 6;
    List<Entry> entries = new ArrayList<>();
    long page = 0;
    long end = LtxHeader.BYTES;
    for (long number = varint(in, resource); number != 0; number = varint(in, resource)) {
      Entry entry = new Entry(number, varint(in, resource), varint(in, resource));
      if (number <= page
          || entry.position < end
          || entry.frameBytes < 6
          || entry.frameBytes > framesEnd - entry.position) {
        throw new LtxException(resource, Reason.INVALID, "page index: " + entry, null);
      }
      page = number;
      end = entry.position + entry.frameBytes;
      entries.add(entry);
    }
    if (in.hasRemaining()) {
      throw new LtxException(
          resource, Reason.INVALID, in.remaining() + " bytes behind the page index", null);
    }
    return new LtxPageIndex(List.copyOf(entries));
  }

  private static long varint(ByteBuffer in, String resource) throws LtxException {
    long value = 0;
    for (int shift = 0; shift < 63 && in.hasRemaining(); shift += 7) {
      byte part = in.get();
      value |= (part & 0x7FL) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw new LtxException(resource, Reason.INVALID, "page index: a varint without end", null);
  }

  /// Returns the entries, pages ascending.
  public List<Entry> entries() {
    return entries;
  }
}
