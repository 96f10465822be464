// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The traps of reading a WAL: what is valid and yet not committed.
final class WalTrapsTest {
  @TempDir private Path folder;
  private final SqliteWalReader reader = new SqliteWalReader();

  @AfterEach
  void close() {
    reader.close();
  }

  private static WalIndex index(long mxFrame) {
    return new WalIndex(mxFrame, 0, 2, 7, 8);
  }

  private SqliteWalReader.Scan scan(MemoryFile wal, WalCursor from, WalTrust trust)
      throws Exception {
    return reader.scan(wal, reader.header(wal), from, trust, Long.MAX_VALUE);
  }

  private byte lastImage(MemoryFile wal, SqliteWalReader.Scan scan, long page) throws Exception {
    SqliteWalHeader header = reader.header(wal);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(header.pageSize());
      for (long entry : scan.pages().newest(header.pageSize())) {
        if (entry >>> 32 == page) {
          reader.page(wal, header, entry & 0xFFFF_FFFFL, bytes);
          return bytes.get(ValueLayout.JAVA_BYTE, 0);
        }
      }
    }
    throw new AssertionError("page " + page + " is not there");
  }

  /// A commit frame is in the file, whole and valid; its sync failed, SQLite told the application
  /// so, and the next writer puts another transaction at the same place with the same salts.
  @Test
  void commitFrameWrittenThenSyncFailsThenOverwritten() throws Exception {
    WalBytes builder = new WalBytes(false, 512, 7, 8).frame(1, 1, 1);
    WalBytes.Mark committed = builder.mark();
    MemoryFile wal = new MemoryFile(builder.frame(2, 2, 0xBAD).bytes());
    WalCursor start = WalCursor.start(reader.header(wal));

    // The wal-index did not move: the failed transaction is not taken.
    SqliteWalReader.Scan first = scan(wal, start, WalTrust.index(index(1)));
    assertThat(first.transactions()).isEqualTo(1);
    assertThat(first.end().position()).isEqualTo(committed.position());

    wal.set(builder.back(committed).frame(1, 0, 3).frame(2, 2, 4).bytes());
    SqliteWalReader.Scan second = scan(wal, first.end(), WalTrust.index(index(3)));
    assertThat(second.transactions()).isEqualTo(1);
    assertThat(lastImage(wal, second, 2)).isEqualTo((byte) 4);
  }

  /// The same without wal-index: one look is not enough for the last transaction.
  @Test
  void withoutWalIndexALastTransactionIsTakenWhenSeenTwice() throws Exception {
    WalBytes builder = new WalBytes(false, 512, 7, 8).frame(1, 1, 1);
    WalBytes.Mark committed = builder.mark();
    MemoryFile wal = new MemoryFile(builder.frame(2, 2, 0xBAD).bytes());
    WalCursor start = WalCursor.start(reader.header(wal));

    SqliteWalReader.Scan first = scan(wal, start, WalTrust.seenBefore(null));
    // The first one counts: a valid frame goes on from it. The second one does not yet.
    assertThat(first.end().position()).isEqualTo(committed.position());
    assertThat(first.seen().position()).isEqualTo(wal.size());

    byte[] failed = wal.get();
    wal.set(builder.back(committed).frame(2, 2, 4).bytes());
    SqliteWalReader.Scan second = scan(wal, first.end(), WalTrust.seenBefore(first.seen()));
    assertThat(second.transactions()).as("another end than the one seen before").isZero();
    SqliteWalReader.Scan third = scan(wal, second.end(), WalTrust.seenBefore(second.seen()));
    assertThat(third.transactions()).isEqualTo(1);
    assertThat(lastImage(wal, third, 2)).isEqualTo((byte) 4);

    // Had it stayed long enough to be taken, its replacement is noticed by the frame itself.
    wal.set(failed);
    SqliteWalReader.Scan taken = scan(wal, first.end(), WalTrust.seenBefore(first.seen()));
    assertThat(taken.transactions()).isEqualTo(1);
    SqliteWalHeader header = reader.header(wal);
    assertThat(reader.isUnchanged(wal, header, taken.end())).isTrue();
    wal.set(builder.bytes());
    assertThat(reader.isUnchanged(wal, header, taken.end())).isFalse();
  }

  /// A transaction larger than the cache writes frames before its end, and writes them again in
  /// place when it changes a page twice.
  @Test
  void spilledTransactionRewritesItsFrames() throws Exception {
    Path database = folder.resolve("a.db");
    try (Connection connection = Databases.create(database, 1024)) {
      Databases.insert(connection, 60, 900);
      byte[] before = Databases.checkpointed(database, folder.resolve("before"));
      MemoryFile wal = copyOfWal(database);
      SqliteWalReader.Scan quiet = look(database, wal, WalCursor.start(reader.header(wal)));
      Databases.run(connection, "PRAGMA cache_size = 5", "PRAGMA cache_spill = 5", "BEGIN");
      Databases.run(connection, "UPDATE t SET v = randomblob(900)");

      MemoryFile spilled = copyOfWal(database);
      assertThat(spilled.size()).as("frames of an open transaction").isGreaterThan(wal.size());
      SqliteWalReader.Scan middle = look(database, spilled, quiet.end());
      assertThat(middle.transactions()).isZero();
      assertThat(middle.end()).isEqualTo(quiet.end());

      Databases.run(connection, "UPDATE t SET v = randomblob(900)", "COMMIT");
      MemoryFile done = copyOfWal(database);
      int frame = 1024 + 24;
      boolean rewritten = false;
      for (long at = wal.size(); at < spilled.size(); at += frame) {
        rewritten |=
            !java.util.Arrays.equals(
                spilled.get(), (int) at, (int) at + frame, done.get(), (int) at, (int) at + frame);
      }
      assertThat(rewritten).as("SQLite rewrote a frame in place").isTrue();
      SqliteWalReader.Scan end = look(database, done, middle.end());
      assertThat(end.transactions()).isEqualTo(1);
      byte[] expected = Databases.checkpointed(database, folder.resolve("after"));
      byte[] found = java.util.Arrays.copyOf(before, expected.length);
      SqliteWalHeader header = reader.header(done);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment page = arena.allocate(1024);
        for (long entry : end.pages().newest(1024)) {
          assertThat(reader.page(done, header, entry & 0xFFFF_FFFFL, page)).isTrue();
          MemorySegment.copy(
              page, 0, MemorySegment.ofArray(found), ((entry >>> 32) - 1) * 1024, 1024);
        }
      }
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void theWalIndexOfRealSqliteEndsWhereItsTransactionsEnd() throws Exception {
    Path database = folder.resolve("a.db");
    try (Connection connection = Databases.create(database, 4096)) {
      Databases.insert(connection, 3, 100);
      MemoryFile wal = copyOfWal(database);
      WalIndex index = copyOfIndex(database);
      SqliteWalHeader header = reader.header(wal);
      assertThat(index.isOf(header)).isTrue();
      assertThat(header.position(index.mxFrame() + 1)).isEqualTo(wal.size());
      assertThat(index.pages())
          .isEqualTo(Databases.row(connection, "PRAGMA page_count").getFirst());
      // The other process' SQLite writes the same index.
      assumeTrue(Databases.hasShell());
      Databases.shell(database, "INSERT INTO t(v) VALUES (1)");
      assertThat(copyOfIndex(database).mxFrame()).isEqualTo(index.mxFrame() + 1);
    }
  }

  @Test
  void aWalIndexThatIsBeingWrittenIsNotBelieved() throws Exception {
    Path database = folder.resolve("a.db");
    try (Connection connection = Databases.create(database, 4096)) {
      Databases.insert(connection, 3, 100);
      Databases.copy(Databases.shm(database), folder.resolve("shm"));
      byte[] shm = Files.readAllBytes(folder.resolve("shm"));
      for (int bit = 0; bit < 96 * 8; bit++) {
        byte[] damaged = shm.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        assertThat(WalIndex.parse(MemorySegment.ofArray(damaged))).as("bit " + bit).isNull();
        damaged[(bit / 8 + 48) % 96] ^= (byte) (1 << bit % 8);
        assertThat(WalIndex.parse(MemorySegment.ofArray(damaged))).as("both " + bit).isNull();
      }
      assertThat(WalIndex.parse(MemorySegment.ofArray(shm))).isNotNull();
      assertThat(WalIndex.parse(MemorySegment.ofArray(new byte[32768]))).isNull();
      assertThat(WalIndex.parse(MemorySegment.ofArray(new byte[0]))).isNull();
    }
  }

  private MemoryFile copyOfWal(Path database) throws Exception {
    Databases.copy(Databases.wal(database), folder.resolve("wal"));
    return new MemoryFile(Files.readAllBytes(folder.resolve("wal")));
  }

  private WalIndex copyOfIndex(Path database) throws Exception {
    Databases.copy(Databases.shm(database), folder.resolve("shm"));
    WalIndex index =
        WalIndex.parse(MemorySegment.ofArray(Files.readAllBytes(folder.resolve("shm"))));
    assertThat(index).isNotNull();
    return index;
  }

  private SqliteWalReader.Scan look(Path database, MemoryFile wal, WalCursor from)
      throws Exception {
    return scan(wal, from, WalTrust.index(copyOfIndex(database)));
  }
}
