// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.ltx.LtxFiles;
import dev.seawall.ltx.LtxHeader;
import dev.seawall.ltx.LtxName;
import dev.seawall.ltx.PageEncoding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The states of a real database, one behind each transaction, and LTX files between any two of
/// them. Built without the replicator, from whole files.
public final class States {
  private final int pageSize;
  // The state behind transaction i; index 0 is the empty database.
  private final List<byte[]> states = new ArrayList<>();

  private States(int pageSize) {
    this.pageSize = pageSize;
    states.add(new byte[0]);
  }

  /// Runs each line as one transaction, the first one behind the creation of `t(id, v)`.
  public static States of(Path folder, int pageSize, String... transactions) throws Exception {
    Path database = folder.resolve("states-" + pageSize + ".db");
    Files.deleteIfExists(database);
    States states = new States(pageSize);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA page_size = " + pageSize);
      statement.execute("PRAGMA journal_mode = delete");
      statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
      for (String transaction : transactions) {
        statement.execute(transaction);
        states.states.add(Files.readAllBytes(database));
      }
    }
    return states;
  }

  /// Five transactions: rows come, change and grow the database.
  public static States five(Path folder, int pageSize) throws Exception {
    return of(
        folder,
        pageSize,
        rows(8),
        rows(3),
        "UPDATE t SET v = randomblob(300) WHERE id % 2 = 0",
        rows(4),
        "DELETE FROM t WHERE id = 3");
  }

  /// SQL that inserts rows of 700 random bytes.
  public static String rows(int count) {
    return "INSERT INTO t(v) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        + " WHERE i < "
        + count
        + ") SELECT randomblob(700) FROM n";
  }

  public int pageSize() {
    return pageSize;
  }

  public int last() {
    return states.size() - 1;
  }

  /// Returns the database behind a transaction.
  public byte[] state(int txid) {
    return states.get(txid);
  }

  public long commit(int txid) {
    return state(txid).length / pageSize;
  }

  /// Returns the pages of a state.
  public SortedMap<Long, byte[]> all(int txid) {
    return changed(0, txid);
  }

  /// Returns the pages that differ between two states; new ones too.
  public SortedMap<Long, byte[]> changed(int from, int to) {
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    byte[] before = state(from);
    byte[] after = state(to);
    for (int at = 0; at < after.length; at += pageSize) {
      boolean same =
          at + pageSize <= before.length
              && Arrays.equals(before, at, at + pageSize, after, at, at + pageSize);
      if (!same) {
        pages.put(at / pageSize + 1L, Arrays.copyOfRange(after, at, at + pageSize));
      }
    }
    return pages;
  }

  /// Returns the file that covers `min` to `max`.
  public byte[] ltx(int min, int max, PageEncoding encoding) throws Exception {
    return ltx(min, max, encoding, 1_763_700_000_000L + max * 1000L);
  }

  public byte[] ltx(int min, int max, PageEncoding encoding, long millis) throws Exception {
    LtxHeader header = LtxHeader.of(pageSize, commit(max), min, max, millis);
    return LtxFiles.encode(header, changed(min - 1, max), encoding);
  }

  /// Returns the name of a file in the layout of Litestream's file backend.
  public static String file(int level, long min, long max) {
    return "ltx/" + level + "/" + new LtxName(min, max);
  }

  /// Returns the name of a file in the layout of its S3 backend.
  public static String s3(int level, long min, long max) {
    return String.format("%04x/%s", level, new LtxName(min, max));
  }
}
