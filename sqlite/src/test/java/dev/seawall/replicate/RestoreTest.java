// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static dev.seawall.replicate.States.file;
import static dev.seawall.replicate.States.s3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.seawall.archive.Link;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.Replica;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.ltx.LockPage;
import dev.seawall.ltx.LtxFiles;
import dev.seawall.ltx.LtxHeader;
import dev.seawall.ltx.PageEncoding;
import dev.seawall.replicate.RestoreException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Restores: where they end, what they refuse, what they leave behind.
final class RestoreTest {
  private static final PageEncoding FRAME = PageEncoding.FRAME;
  private static final long T0 = 1_763_700_000_000L;

  @TempDir private Path folder;
  private RestoreFixture replica;
  private States states;

  @BeforeEach
  void open() throws Exception {
    replica = new RestoreFixture(folder);
    states = States.five(folder, 1024);
  }

  @AfterEach
  void close() throws Exception {
    replica.close();
  }

  private void chain() throws Exception {
    for (int txid = 1; txid <= 5; txid++) {
      replica.put(file(0, txid, txid), states.ltx(txid, txid, FRAME));
    }
  }

  private RestoreException refused(RestoreTarget target) {
    return assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(() -> replica.restore(RestoreFixture.options().withTarget(target)))
        .actual();
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 2048, 4096, 8192, 16384, 32768, 65536})
  void everyPageSizeComesBack(int pageSize) throws Exception {
    States sized = States.five(folder, pageSize);
    replica.put(s3(9, 1, 3), sized.ltx(1, 3, FRAME));
    replica.put(s3(1, 3, 5), sized.ltx(3, 5, PageEncoding.BLOCK));
    assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(sized.state(5));
  }

  @Test
  void everyTransactionOfAChainIsARestorePoint() throws Exception {
    chain();
    replica.put(file(9, 1, 2), states.ltx(1, 2, FRAME));
    for (int txid = 1; txid <= 5; txid++) {
      assertThat(replica.bytes(RestoreTarget.txid(txid))).isEqualTo(states.state(txid));
    }
  }

  @Test
  void aTransactionInsideAMergedFileCannotBeRestored() throws Exception {
    replica.put(file(0, 1, 1), states.ltx(1, 1, FRAME));
    replica.put(file(1, 2, 4), states.ltx(2, 4, FRAME));
    RestoreException refusal = refused(RestoreTarget.txid(3));
    assertThat(refusal.reason()).isEqualTo(Reason.NOT_REACHED);
    assertThat(refusal).hasMessageContaining("reach transaction 1; the next that can be is 4");
    assertThat(refused(RestoreTarget.txid(9)).reason()).isEqualTo(Reason.NOT_REACHED);
    assertThat(replica.bytes(RestoreTarget.txid(4))).isEqualTo(states.state(4));
  }

  @Test
  void aTimeEndsBehindTheNewestTransactionSeenAtOrBeforeIt() throws Exception {
    chain();
    assertThat(replica.bytes(RestoreTarget.time(Instant.ofEpochMilli(T0 + 3_999))))
        .isEqualTo(states.state(3));
    assertThat(replica.bytes(RestoreTarget.time(Instant.ofEpochMilli(T0 + 4_000))))
        .isEqualTo(states.state(4));
    RestorePreview preview =
        replica
            .from(
                RestoreFixture.options()
                    .withTarget(RestoreTarget.time(Instant.ofEpochMilli(T0 + 3_999))))
            .preview();
    assertThat(preview.txid()).isEqualTo(3);
    assertThat(preview.time()).isEqualTo(Instant.ofEpochMilli(T0 + 3_000));
    assertThat(preview.nextTime()).isEqualTo(Instant.ofEpochMilli(T0 + 4_000));
    assertThat(replica.bytes(RestoreTarget.time(Instant.ofEpochMilli(T0 + 99_000))))
        .isEqualTo(states.state(5));
    RestoreException early = refused(RestoreTarget.time(Instant.ofEpochMilli(T0)));
    assertThat(early.reason()).isEqualTo(Reason.OUTPUT_EXISTS);
    Files.delete(replica.output);
    assertThat(refused(RestoreTarget.time(Instant.ofEpochMilli(T0))))
        .hasMessageContaining("the replica begins at " + Instant.ofEpochMilli(T0 + 1_000));
  }

  /// Litestream #771, #1038, #1056, #1084, #930: a time, at every boundary, when level 0 is gone.
  @Test
  void aTimeIsRestoredFromWhatRetentionLeaves() throws Exception {
    replica.put(file(9, 1, 2), states.ltx(1, 2, FRAME));
    replica.put(file(2, 1, 3), states.ltx(1, 3, FRAME));
    replica.put(file(1, 2, 3), states.ltx(2, 3, FRAME));
    replica.put(file(1, 4, 4), states.ltx(4, 4, FRAME));
    replica.put(file(0, 5, 5), states.ltx(5, 5, FRAME));
    int[] expected = {2, 2, 3, 3, 4, 4, 5, 5};
    for (int i = 0; i < expected.length; i++) {
      Instant time = Instant.ofEpochMilli(T0 + 2_000 + i * 500L);
      assertThat(replica.bytes(RestoreTarget.time(time)))
          .as("at %s", time)
          .isEqualTo(states.state(expected[i]));
    }
    Files.delete(replica.output);
    assertThat(refused(RestoreTarget.time(Instant.ofEpochMilli(T0 + 1_999))).reason())
        .isEqualTo(Reason.NOT_REACHED);
  }

  /// Litestream #1325: retention removes what a running restore has planned with.
  @Test
  void aFileThatIsMergedAndRemovedMeanwhileIsPlannedAround() throws Exception {
    chain();
    CountedStore store = new CountedStore(replica.store);
    AtomicBoolean merged = new AtomicBoolean();
    store.beforeGet =
        key -> {
          if (key.text().endsWith("3.ltx") && !merged.getAndSet(true)) {
            try {
              replica.put(file(1, 2, 4), states.ltx(2, 4, FRAME));
              for (int txid = 2; txid <= 4; txid++) {
                Files.delete(replica.root.resolve("db").resolve(file(0, txid, txid)));
              }
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        };
    Restore.from(replica.machine, store, "db", RestoreFixture.options()).to(replica.output);
    assertThat(merged).isTrue();
    assertThat(Files.readAllBytes(replica.output)).isEqualTo(states.state(5));
  }

  /// Litestream restores an older state here and says nothing.
  @Test
  void aGapIsAnErrorForATimeToo() throws Exception {
    chain();
    Files.delete(replica.root.resolve("db").resolve(file(0, 3, 3)));
    for (RestoreTarget target :
        new RestoreTarget[] {
          RestoreTarget.latest(),
          RestoreTarget.txid(4),
          RestoreTarget.time(Instant.ofEpochMilli(T0 + 3_500)),
          RestoreTarget.time(Instant.ofEpochMilli(T0 + 9_000))
        }) {
      RestoreException gap = refused(target);
      assertThat(gap.reason()).as(target.toString()).isEqualTo(Reason.GAP);
      assertThat(gap)
          .hasMessageContaining("transactions 3…3 are missing")
          .hasMessageContaining("0000000000000002.ltx ends with 2")
          .hasMessageContaining("0000000000000004.ltx begins with 4");
    }
    assertThat(replica.bytes(RestoreTarget.txid(2))).isEqualTo(states.state(2));
  }

  @Test
  void aPreviewFetchesNothingAndWritesNothing() throws Exception {
    chain();
    replica.put(file(9, 1, 4), new byte[100]);
    RestorePreview preview = replica.from(RestoreFixture.options()).preview();
    assertThat(preview.objects())
        .extracting(Object::toString)
        .containsExactly("db/" + file(9, 1, 4), "db/" + file(0, 5, 5));
    assertThat(preview.txid()).isEqualTo(5);
    assertThat(replica.output.getParent()).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-wal", "-shm", "-journal"})
  void whatStandsAtTheOutputIsNeverTouched(String suffix) throws Exception {
    chain();
    Path there = replica.output.resolveSibling(replica.output.getFileName() + suffix);
    Files.writeString(there, "precious");
    RestoreException refusal = refused(RestoreTarget.latest());
    assertThat(refusal.reason()).isEqualTo(Reason.OUTPUT_EXISTS);
    assertThat(refusal).hasMessageContaining(there + " exists");
    assertThat(there).hasContent("precious");
    assertThat(replica.output.getParent().toFile().list()).hasSize(1);
  }

  @Test
  void leftoversOfACrashedRestoreAreReplaced() throws Exception {
    chain();
    Files.writeString(replica.output.resolveSibling("restored.db.restore"), "half");
    Files.writeString(replica.output.resolveSibling("restored.db.restore.tmp"), "half");
    assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(states.state(5));
    assertThat(replica.output.getParent().toFile().list()).containsExactly("restored.db");
  }

  @Test
  void nothingThereIsAnError() {
    RestoreException refusal = refused(RestoreTarget.latest());
    assertThat(refusal.reason()).isEqualTo(Reason.NO_REPLICA);
    assertThat(replica.output.getParent()).isEmptyDirectory();
  }

  @Test
  void keysThatAreNoLinksAreLeftAlone() throws Exception {
    chain();
    replica.put("lock.json", new byte[] {1});
    replica.put("ltx/0/notes.txt", new byte[] {1});
    replica.put("ltx/10/0000000000000006-0000000000000006.ltx", new byte[200]);
    replica.put("ltx/0/sub/0000000000000006-0000000000000006.ltx", new byte[200]);
    replica.put("000a/0000000000000006-0000000000000006.ltx", new byte[200]);
    assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(states.state(5));
  }

  /// The files' checksums are right; what they hold is no database.
  @Test
  void whatSqliteFindsFaultWithGetsNoName() throws Exception {
    SortedMap<Long, byte[]> pages = states.all(5);
    byte[] broken = pages.get(2L).clone();
    broken[0] ^= 0x55;
    pages.put(2L, broken);
    replica.put(
        file(9, 1, 5),
        LtxFiles.encode(LtxHeader.of(1024, states.commit(5), 1, 5, T0), pages, FRAME));
    assertThat(refused(RestoreTarget.latest()).reason()).isEqualTo(Reason.CHECK_FAILED);
    assertThat(replica.output.getParent()).isEmptyDirectory();
    Restored restored = replica.restore(RestoreFixture.options().withCheck(IntegrityCheck.NONE));
    assertThat(restored.pages()).isEqualTo(states.commit(5));
    assertThat(replica.output).isRegularFile();
  }

  /// What quick_check passes over and integrity_check finds.
  @Test
  void aFullCheckComparesIndexesWithTables() throws Exception {
    States indexed =
        States.of(
            folder,
            1024,
            States.rows(5),
            "CREATE INDEX i ON t(v)",
            "PRAGMA writable_schema = 1",
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(id)' WHERE name = 'i'");
    for (int txid = 1; txid <= indexed.last(); txid++) {
      replica.put(file(0, txid, txid), indexed.ltx(txid, txid, FRAME));
    }
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(() -> replica.restore(RestoreFixture.options().withCheck(IntegrityCheck.FULL)))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CHECK_FAILED));
    replica.restore(RestoreFixture.options().withCheck(IntegrityCheck.QUICK));
  }

  @Test
  void thousandsOfFilesAreMergedAtOnce() throws Exception {
    SortedMap<Long, byte[]> expected = new TreeMap<>(states.all(5));
    replica.put(file(9, 1, 5), states.ltx(1, 5, FRAME));
    for (long txid = 6; txid < 1500; txid++) {
      SortedMap<Long, byte[]> one = new TreeMap<>();
      one.put(txid % 5 + 2, LtxFiles.page(1024, txid, true));
      expected.putAll(one);
      replica.put(
          file(0, txid, txid),
          LtxFiles.encode(LtxHeader.of(1024, states.commit(5), txid, txid, T0), one, FRAME));
    }
    replica.restore(RestoreFixture.options().withCheck(IntegrityCheck.NONE));
    byte[] found = Files.readAllBytes(replica.output);
    expected.forEach((number, page) ->
        assertThat(
                java.util.Arrays.copyOfRange(
                    found, (int) (number - 1) * 1024, number.intValue() * 1024))
            .isEqualTo(page));
  }

  /// The lock page lies in the middle of a database over 1 GiB: zeros there, and no hole.
  @Test
  void theLockPageIsZeros() throws Exception {
    Path work = folder.resolve("lock");
    long lock = LockPage.number(65536);
    try (var file = dev.seawall.io.AtomicFile.begin(replica.machine.files(), work)) {
      DatabaseWriter writer = new DatabaseWriter(file, 65536);
      var page = java.nio.ByteBuffer.wrap(LtxFiles.page(65536, 1, true));
      for (long number = 1; number <= lock + 1; number++) {
        if (number != lock) {
          writer.page(number, page);
        }
      }
      assertThat(writer.pages()).isEqualTo(lock + 1);
      file.commit();
    }
    try (var channel = java.nio.channels.FileChannel.open(work)) {
      var page = java.nio.ByteBuffer.allocate(65536);
      channel.read(page, LockPage.POSITION);
      assertThat(page.array()).containsOnly(0);
      channel.read(page.clear(), LockPage.POSITION + 65536);
      assertThat(page.array()).isEqualTo(LtxFiles.page(65536, 1, true));
    }
    Files.delete(work);
  }

  /// Every request of a restore is made again: listings and looks, too.
  @Test
  void aStoreThatFailsNowAndThenIsOnlySlower() throws Exception {
    chain();
    for (int seed = 0; seed < 20; seed++) {
      RestoreOptions patient =
          RestoreFixture.options().withRetry(RestoreFixture.QUICK.withMaxAttempts(20));
      Path output = replica.output.resolveSibling("patient-" + seed);
      FaultyStore faulty = new FaultyStore(replica.store, new Random(seed));
      Restore.from(replica.machine, faulty, "db", patient).to(output);
      assertThat(output).exists();
    }
  }

  @Test
  void aFileThatVanishesWhileItIsReadIsTheStoresFailure() throws Exception {
    chain();
    ReplicaListing listing =
        ReplicaListing.of(
            Replica.of(replica.machine, replica.store, LinkLayout.inFiles("db", ".ltx")));
    assertThat(listing.files()).hasSize(5);
    try (Fetchers fetchers =
        new Fetchers(replica.machine, replica.store, RestoreFixture.QUICK, 2)) {
      Link first = listing.files().getFirst();
      Files.delete(replica.root.resolve(first.key().text()));
      RangedInput input = new RangedInput(fetchers, first.key(), first.bytes(), 64);
      assertThatExceptionOfType(ObjectStoreException.class).isThrownBy(input::read);
    }
  }

  /// All parts are of one version, whatever happens to the object meanwhile.
  @Test
  void aFileThatIsReplacedWhileItIsReadIsNotMixed() throws Exception {
    byte[] one = new byte[1000];
    Path path = replica.put("object", one);
    var key = dev.seawall.io.objects.ObjectKey.of("db/object");
    try (Fetchers fetchers =
        new Fetchers(replica.machine, replica.store, RestoreFixture.QUICK, 1)) {
      RangedInput input = new RangedInput(fetchers, key, 1000, 100);
      assertThat(input.readNBytes(150)).hasSize(150);
      byte[] two = new byte[1000];
      java.util.Arrays.fill(two, (byte) 1);
      Files.delete(path);
      Files.write(path, two);
      assertThatExceptionOfType(IOException.class).isThrownBy(input::readAllBytes);
    }
  }

  @Test
  void smallFilesLeaveTheirShareOfTheMemoryToLargeOnes() {
    assertThat(Restore.partBytes(links(1 << 27), 32 << 20)).isEqualTo(4 << 20);
    assertThat(Restore.partBytes(links(1 << 27, 1 << 16, 1 << 16), 4 << 20))
        .isEqualTo((4 << 20) - (2 << 16));
    assertThat(Restore.partBytes(links(1 << 27, 1 << 26, 1 << 16), 1 << 20))
        .isEqualTo(((1 << 20) - (1 << 16)) / 2);
    assertThat(Restore.partBytes(links(1 << 27, 1 << 27, 1 << 27), 1 << 15)).isEqualTo(1 << 14);
  }

  private static List<Link> links(long... bytes) {
    ObjectKey key = ObjectKey.of("any");
    return Arrays.stream(bytes).mapToObj(each -> new Link(0, 1, 1, each, key, null)).toList();
  }
}
