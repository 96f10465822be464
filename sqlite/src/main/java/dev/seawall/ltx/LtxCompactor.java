// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import dev.seawall.ltx.LtxException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Merges files that follow each other into what one file would hold: pages ascending, the newest
/// image of each. Restores and compactions are both this. Confined to one thread.
///
/// Files may overlap, as those of different levels do: the first transaction of each is at most one
/// after the last of the one before, and its last one is later.
///
/// A page counts only if it lies within the commit of its file *and of every later one*: a database
/// that shrank and grew again has new pages there, and an old image of such a page is not put in
/// its place. Pages that the newest commit needs and nobody has are [Reason#PAGE_MISSING] when the
/// first file is a snapshot.
///
/// What comes out counts only when [#next] has returned false: each file's checksum stands at its
/// end.
public final class LtxCompactor {
  private final List<LtxDecoder> inputs;
  private final LtxHeader header;
  private final PriorityQueue<Cursor> queue = new PriorityQueue<>();
  private final @Nullable DatabaseChecksum rolling;
  private @Nullable LtxDecoder current;
  private long page;
  private boolean done;

  private final class Cursor implements Comparable<Cursor> {
    final LtxDecoder decoder;
    final int order;
    final long limit;

    Cursor(LtxDecoder decoder, int order, long limit) {
      this.decoder = decoder;
      this.order = order;
      this.limit = limit;
    }

    // Reads on to a page that counts; to the end of the file, when there is none.
    boolean step() throws IOException {
      while (decoder.next()) {
        long number = decoder.pageNumber();
        if (number <= limit && number != header.lockPage()) {
          return true;
        }
      }
      return false;
    }

    // Smallest page first; of one page the newest file first.
    @Override
    public int compareTo(Cursor other) {
      int byPage = Long.compare(decoder.pageNumber(), other.decoder.pageNumber());
      return byPage != 0 ? byPage : Integer.compare(other.order, order);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return order;
    }
  }

  /// Merges files; reads the first page of each.
  ///
  /// @param inputs in order of their transactions, none of them stepped yet; not empty
  /// @throws LtxException when they do not follow each other or differ in page size
  public LtxCompactor(List<LtxDecoder> inputs) throws IOException {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("nothing to merge");
    }
    this.inputs = List.copyOf(inputs);
    requireChain(this.inputs);
    LtxHeader first = inputs.getFirst().header();
    LtxHeader last = inputs.getLast().header();
    this.header =
        LtxHeader.of(
            first.pageSize(),
            last.commit(),
            first.minTxid(),
            last.maxTxid(),
            last.timestampMillis());
    this.rolling = header.isSnapshot() && last.isTracked() ? new DatabaseChecksum() : null;
    long limit = Long.MAX_VALUE;
    for (int i = inputs.size() - 1; i >= 0; i--) {
      LtxDecoder input = inputs.get(i);
      limit = Math.min(limit, input.header().commit());
      Cursor cursor = new Cursor(input, i, limit);
      if (cursor.step()) {
        queue.add(cursor);
      }
    }
  }

  private static void requireChain(List<LtxDecoder> inputs) throws LtxException {
    for (int i = 1; i < inputs.size(); i++) {
      LtxHeader before = inputs.get(i - 1).header();
      LtxHeader after = inputs.get(i).header();
      String problem =
          after.minTxid() > before.maxTxid() + 1 || after.maxTxid() <= before.maxTxid()
              ? "transactions " + after.minTxid() + "…" + after.maxTxid() + " do not follow "
              : after.pageSize() != before.pageSize()
                  ? "page size " + after.pageSize() + " after " + before.pageSize() + " of "
                  : null;
      if (problem != null) {
        throw new LtxException(
            inputs.get(i).resource(),
            Reason.NOT_CONTIGUOUS,
            problem
                + inputs.get(i - 1).resource()
                + " with "
                + before.minTxid()
                + "…"
                + before.maxTxid(),
            null);
      }
    }
  }

  /// Returns the header of the merged file: without database checksums, the last file's time and
  /// commit.
  public LtxHeader header() {
    return header;
  }

  /// Steps to the next page.
  ///
  /// @return false when every file was read to its end and is valid
  public boolean next() throws IOException {
    if (done) {
      return false;
    }
    // The page last given out belongs to a decoder, which may move on only now.
    while (!queue.isEmpty() && page != 0 && queue.peek().decoder.pageNumber() <= page) {
      Cursor cursor = queue.poll();
      if (cursor.step()) {
        queue.add(cursor);
      }
    }
    Cursor smallest = queue.peek();
    long next = smallest == null ? header.commit() + 1 : smallest.decoder.pageNumber();
    if (header.isSnapshot()) {
      long expected = page + 1 == header.lockPage() ? page + 2 : page + 1;
      if (expected < next && expected <= header.commit()) {
        throw new LtxException(
            inputs.getLast().resource(),
            Reason.PAGE_MISSING,
            "page " + expected + " of " + header.commit() + " is in no file up to here",
            null);
      }
    }
    if (smallest == null) {
      requirePost();
      done = true;
      return false;
    }
    current = smallest.decoder;
    page = next;
    if (rolling != null) {
      rolling.toggle(rolling.ofPage(page, current.page()));
    }
    return true;
  }

  // A tracked last file says what the whole database must be.
  private void requirePost() throws LtxException {
    LtxDecoder last = inputs.getLast();
    if (rolling != null && rolling.value() != last.trailer().postApplyChecksum()) {
      throw new LtxException(
          last.resource(),
          Reason.CHECKSUM_MISMATCH,
          String.format(
              "post-apply checksum 0x%016x, the merged database has 0x%016x",
              last.trailer().postApplyChecksum(), rolling.value()),
          null);
    }
  }

  /// Returns the number of the page that [#next] stepped to.
  public long pageNumber() {
    return page;
  }

  /// Returns that page, read-only; valid until [#next].
  public ByteBuffer page() {
    LtxDecoder decoder = current;
    if (decoder == null) {
      throw new IllegalStateException("before the first page");
    }
    return decoder.page();
  }

  /// Writes all pages and the end of a file.
  ///
  /// @param to was made with [#header], or with a header that differs in time or WAL only
  public LtxTrailer writeTo(LtxEncoder to) throws IOException {
    while (next()) {
      to.page(page, page());
    }
    return to.finish();
  }
}
