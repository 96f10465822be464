// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole transactions come out of a WAL, and nothing else.
final class SqliteWalReaderTest {
  private static final WalTrust ALL = WalTrust.index(new WalIndex(Long.MAX_VALUE, 0, 0, 0, 0));

  @TempDir private Path folder;
  private final SqliteWalReader reader = new SqliteWalReader();

  @AfterEach
  void close() {
    reader.close();
  }

  private SqliteWalReader.Scan scan(MemoryFile wal) throws Exception {
    SqliteWalHeader header = reader.header(wal);
    return reader.scan(wal, header, WalCursor.start(header), ALL, Long.MAX_VALUE);
  }

  /// Returns the pages of a scan with their bytes.
  private SortedMap<Long, byte[]> pages(MemoryFile wal, SqliteWalReader.Scan scan)
      throws Exception {
    SqliteWalHeader header = reader.header(wal);
    SortedMap<Long, byte[]> pages = new TreeMap<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(header.pageSize());
      for (long entry : scan.pages().newest(header.pageSize())) {
        assertThat(reader.page(wal, header, entry & 0xFFFF_FFFFL, page)).isTrue();
        pages.put(entry >>> 32, page.toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return pages;
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void theDatabaseWithTheWalsPagesIsTheCheckpointedDatabase(int pageSize) throws Exception {
    Path database = folder.resolve("a.db");
    try (Connection connection = Databases.create(database, pageSize)) {
      Databases.insert(connection, 20, 700);
      Databases.run(
          connection,
          "UPDATE t SET v = randomblob(900) WHERE id % 3 = 0",
          "DELETE FROM t WHERE id > 15",
          "INSERT INTO t(v) VALUES (zeroblob(" + 3 * pageSize + "))");
      byte[] expected = Databases.checkpointed(database, folder.resolve("c"));
      Databases.copy(Databases.wal(database), folder.resolve("wal"));
      MemoryFile wal = new MemoryFile(Files.readAllBytes(folder.resolve("wal")));
      SqliteWalReader.Scan scan = scan(wal);
      assertThat(scan.end().position()).isEqualTo(wal.size());
      assertThat(scan.transactions()).isGreaterThanOrEqualTo(24);
      Databases.copy(database, folder.resolve("base"));
      byte[] found = Arrays.copyOf(Files.readAllBytes(folder.resolve("base")), expected.length);
      pages(wal, scan)
          .forEach((number, page) ->
              System.arraycopy(page, 0, found, (int) (number - 1) * pageSize, pageSize));
      assertThat(scan.pages().commitPages() * pageSize).isEqualTo(expected.length);
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void filesOfSqliteAreReadAsSqliteReadsThem() throws Exception {
    Path files = Path.of("src/test/resources/sqlite-wal");
    SqliteWalReader.Scan good = scan(new MemoryFile(Files.readAllBytes(files.resolve("ok.wal"))));
    assertThat(good.transactions()).isEqualTo(2);
    assertThat(good.pages().newest(4096)).containsExactly(1L << 32 | 1, 2L << 32 | 3);
    assertThat(good.pages().commitPages()).isEqualTo(2);
    for (String damaged : new String[] {"salt-mismatch.wal", "frame-checksum-mismatch.wal"}) {
      SqliteWalReader.Scan none = scan(new MemoryFile(Files.readAllBytes(files.resolve(damaged))));
      assertThat(none.transactions()).as(damaged).isZero();
      assertThat(none.end().isAtStart()).isTrue();
      assertThat(none.pages().newest(4096)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bothByteOrdersOfChecksumsAreRead(boolean big) throws Exception {
    MemoryFile wal =
        new MemoryFile(new WalBytes(big, 1024, 7, 8).frame(1, 0, 1).frame(2, 2, 2).bytes());
    assertThat(reader.header(wal).bigEndianChecksums()).isEqualTo(big);
    assertThat(scan(wal).transactions()).isEqualTo(1);
  }

  /// A WAL without a valid header holds nothing; there is no reading without checking.
  @Test
  void aFlippedBitInTheHeaderLeavesNothing() throws Exception {
    byte[] good = new WalBytes(false, 512, 7, 8).frame(1, 1, 1).bytes();
    for (int bit = 0; bit < 32 * 8; bit++) {
      byte[] damaged = good.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(reader.header(new MemoryFile(damaged))).as("bit " + bit).isNull();
    }
    assertThat(reader.header(new MemoryFile(Arrays.copyOf(good, 31)))).isNull();
    assertThat(reader.header(new MemoryFile(new byte[0]))).isNull();
    assertThat(reader.header(new MemoryFile(new byte[64]))).isNull();
  }

  @Test
  void aFlippedBitEndsTheWalBeforeItsTransaction() throws Exception {
    byte[] good =
        new WalBytes(false, 512, 7, 8).frame(1, 1, 1).frame(2, 0, 2).frame(3, 3, 3).bytes();
    int first = 32 + 24 + 512;
    for (int bit = 32 * 8; bit < good.length * 8; bit += 5) {
      byte[] damaged = good.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(scan(new MemoryFile(damaged)).transactions())
          .as("bit " + bit)
          .isEqualTo(bit / 8 < first ? 0 : 1);
    }
  }

  @Test
  void everyPrefixHoldsItsWholeTransactions() throws Exception {
    byte[] good =
        new WalBytes(true, 512, 7, 8).frame(1, 0, 1).frame(2, 2, 2).frame(1, 2, 3).bytes();
    int frame = 24 + 512;
    for (int length = 32; length <= good.length; length++) {
      SqliteWalReader.Scan scan = scan(new MemoryFile(Arrays.copyOf(good, length)));
      int frames = (length - 32) / frame;
      assertThat(scan.transactions()).isEqualTo(frames < 2 ? 0 : frames < 3 ? 1 : 2);
    }
  }

  /// A writer truncates the file between two reads of one scan, or between scan and copy.
  @Test
  void truncationInTheMiddleOfAReadIsTheEndOfTheWal() throws Exception {
    WalBytes builder = new WalBytes(false, 65536, 7, 8);
    for (int i = 1; i <= 12; i++) {
      builder.frame(i, i, i);
    }
    byte[] whole = builder.bytes();
    MemoryFile wal = new MemoryFile(whole);
    SqliteWalHeader header = reader.header(wal);
    wal.beforeRead(number -> wal.set(number < 2 ? whole : Arrays.copyOf(whole, 32)));
    SqliteWalReader.Scan scan =
        reader.scan(wal, header, WalCursor.start(header), ALL, Long.MAX_VALUE);
    // A buffer of 256 KiB held three frames before the rest vanished.
    assertThat(scan.transactions()).isEqualTo(3);
    try (Arena arena = Arena.ofConfined()) {
      assertThat(reader.page(wal, header, 1, arena.allocate(65536))).isFalse();
    }
    assertThat(reader.isUnchanged(wal, header, scan.end())).isFalse();
  }

  @Test
  void framesOfAnEarlierRoundAreNotRead() throws Exception {
    Path database = folder.resolve("a.db");
    try (Connection connection = Databases.create(database, 4096)) {
      Databases.insert(connection, 30, 2000);
      long before = Files.size(Databases.wal(database));
      Databases.run(connection, "PRAGMA wal_checkpoint(RESTART)");
      Databases.insert(connection, 1, 10);
      assertThat(Files.size(Databases.wal(database))).isEqualTo(before);
      Databases.copy(Databases.wal(database), folder.resolve("wal"));
      SqliteWalReader.Scan scan = scan(new MemoryFile(Files.readAllBytes(folder.resolve("wal"))));
      assertThat(scan.transactions()).isEqualTo(1);
      assertThat(scan.end().position()).isLessThan(before);
    }
  }

  /// The file's size says nothing: salts do, and the first one tells how many restarts.
  @Test
  void aRestartAtEqualSizeIsSeen() throws Exception {
    Path database = folder.resolve("a.db");
    try (Connection connection = Databases.create(database, 4096)) {
      Databases.insert(connection, 5, 100);
      Databases.copy(Databases.wal(database), folder.resolve("one"));
      Databases.run(connection, "PRAGMA wal_checkpoint(RESTART)");
      Databases.insert(connection, 1, 100);
      Databases.copy(Databases.wal(database), folder.resolve("two"));
      MemoryFile one = new MemoryFile(Files.readAllBytes(folder.resolve("one")));
      MemoryFile two = new MemoryFile(Files.readAllBytes(folder.resolve("two")));
      assertThat(two.size()).isEqualTo(one.size());
      SqliteWalHeader before = reader.header(one);
      SqliteWalHeader after = reader.header(two);
      WalCursor end = scan(one).end();
      assertThat(after.isOf(end)).isFalse();
      assertThat(after.salt1()).isEqualTo(before.salt1() + 1);
      assertThat(reader.isUnchanged(one, before, end)).isTrue();
      assertThat(reader.isUnchanged(two, after, end)).isFalse();
    }
  }

  @Test
  void aLimitOfBytesStopsBehindATransactionAndGoesOnThere() throws Exception {
    WalBytes builder = new WalBytes(false, 512, 7, 8);
    for (int i = 1; i <= 30; i++) {
      builder.frame(i, i % 3 == 0 ? i : 0, i);
    }
    MemoryFile wal = new MemoryFile(builder.bytes());
    SqliteWalHeader header = reader.header(wal);
    WalCursor cursor = WalCursor.start(header);
    int passes = 0;
    long transactions = 0;
    boolean more = true;
    while (more) {
      SqliteWalReader.Scan scan = reader.scan(wal, header, cursor, ALL, 1000);
      more = scan.more();
      cursor = scan.end();
      transactions += scan.transactions();
      passes++;
      assertThat(scan.pages().newest(512).length).isLessThanOrEqualTo(3);
    }
    assertThat(transactions).isEqualTo(10);
    assertThat(passes).isEqualTo(11);
    assertThat(cursor.position()).isEqualTo(wal.size());
    assertThat(reader.hasMore(wal, header, cursor)).isFalse();
    assertThat(reader.hasMore(wal, header, WalCursor.start(header))).isTrue();
  }

  @Test
  void pagesPastTheCommittedLengthAreDroppedAndTheLastImageWins() throws Exception {
    MemoryFile wal =
        new MemoryFile(
            new WalBytes(false, 512, 7, 8)
                .frame(5, 0, 1)
                .frame(2, 5, 2)
                .frame(2, 0, 3)
                .frame(1, 3, 4)
                .bytes());
    SqliteWalReader.Scan scan = scan(wal);
    SortedMap<Long, byte[]> pages = pages(wal, scan);
    assertThat(pages).containsOnlyKeys(1L, 2L);
    assertThat(pages.get(2L)[0]).isEqualTo((byte) 3);
    assertThat(scan.pages().commitPages()).isEqualTo(3);
  }

  @Test
  void theLockPageIsNeverShipped() {
    PageMap pages = new PageMap();
    pages.add(0x4000_0000L / 65536 + 1, 1);
    pages.add(0x4000_0000L / 65536 + 2, 2);
    pages.add(0xFFFF_FFFEL, 0xFFFF_FFFFL);
    pages.commit(0xFFFF_FFFEL);
    assertThat(pages.newest(65536))
        .containsExactly((0x4000_0000L / 65536 + 2) << 32 | 2, 0xFFFF_FFFE_FFFF_FFFFL);
  }
}
