// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.io.IOException;
import java.util.Arrays;

/// Any bytes as a WAL: whole transactions come out, or nothing.
///
/// A fuzzer can meet SQLite's checksum, but not often: the first byte says whether the rest is a
/// file, or a script of frames whose checksums are right, damaged afterwards.
public final class SqliteWalFuzz {
  private SqliteWalFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length < 4) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    byte[] file = (input[0] & 1) == 0 ? rest : script(input[0], rest);
    MemoryFile wal = new MemoryFile(file);
    try (SqliteWalReader reader = new SqliteWalReader()) {
      SqliteWalHeader header = reader.header(wal);
      if (header == null) {
        return;
      }
      WalCursor start = WalCursor.start(header);
      WalTrust all = WalTrust.index(new WalIndex(Long.MAX_VALUE, 0, 0, 0, 0));
      SqliteWalReader.Scan whole = reader.scan(wal, header, start, all, Long.MAX_VALUE);
      check(reader, wal, header, whole);

      // In pieces the same transactions come out.
      WalCursor cursor = start;
      long transactions = 0;
      SqliteWalReader.Scan part;
      do {
        part = reader.scan(wal, header, cursor, all, 1);
        demand(part.transactions() <= 1, "more than asked for");
        transactions += part.transactions();
        cursor = part.end();
      } while (part.more());
      demand(cursor.equals(whole.end()), "in pieces it ends elsewhere");
      demand(transactions == whole.transactions(), "in pieces there are other transactions");

      // Without wal-index the last one waits for a second look.
      SqliteWalReader.Scan first =
          reader.scan(wal, header, start, WalTrust.seenBefore(null), Long.MAX_VALUE);
      SqliteWalReader.Scan second =
          reader.scan(wal, header, first.end(), WalTrust.seenBefore(first.seen()), Long.MAX_VALUE);
      demand(first.end().position() <= whole.end().position(), "more without wal-index");
      demand(second.end().equals(whole.end()), "a second look ends elsewhere");
    }
  }

  private static void check(
      SqliteWalReader reader, MemoryFile wal, SqliteWalHeader header, SqliteWalReader.Scan scan)
      throws IOException {
    demand(scan.end().position() <= wal.size(), "it ends behind the file");
    demand(reader.isUnchanged(wal, header, scan.end()), "its own end is not there");
    long before = 0;
    for (long entry : scan.pages().newest(header.pageSize())) {
      long page = entry >>> 32;
      long frame = entry & 0xFFFF_FFFFL;
      demand(page > before && page <= scan.pages().commitPages(), "a page out of order");
      demand(header.position(frame + 1) <= scan.end().position(), "a frame behind the end");
      before = page;
    }
  }

  // Pairs of bytes: page and length; a page of 0 damages the byte that the second one chooses.
  private static byte[] script(int choice, byte[] steps) {
    WalBytes builder = new WalBytes((choice & 2) != 0, 512, 1, choice);
    for (int i = 0; i + 1 < Math.min(steps.length, 64); i += 2) {
      int page = steps[i] & 0x0F;
      if (page != 0) {
        builder.frame(page, steps[i + 1] & 0x0F, i);
      }
    }
    byte[] file = builder.bytes();
    if ((choice & 4) != 0) {
      int at = (steps[0] & 0xFF) * 256 + (steps[1] & 0xFF);
      file[at % file.length] ^= (byte) (choice | 1);
    }
    return file;
  }

  private static void demand(boolean held, String otherwise) {
    if (!held) {
      throw new AssertionError(otherwise);
    }
  }
}
