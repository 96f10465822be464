// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.replicate.RestoreException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Replicas that Litestream itself wrote become the databases they were written of.
final class LitestreamReplicasTest {
  private static final Path RESOURCES = Path.of("src/test/resources/litestream");
  private static final String OLD = "a1a00f10993e53a3";
  private static final String NEW = "591d328de01b4102";

  @TempDir private Path folder;
  private RestoreFixture replica;

  @BeforeEach
  void open() throws Exception {
    replica = new RestoreFixture(folder);
  }

  @AfterEach
  void close() throws Exception {
    replica.close();
  }

  // Copies keep no times; Litestream goes by them, so they are given: a minute between objects.
  private void copy(String name) throws Exception {
    Path from = RESOURCES.resolve(name);
    List<Path> files;
    try (var walk = Files.walk(from)) {
      files = walk.filter(Files::isRegularFile).sorted(LitestreamReplicasTest::byAge).toList();
    }
    Instant time = Instant.parse("2026-11-20T10:00:00Z");
    for (Path file : files) {
      Path copy = replica.put(from.relativize(file).toString(), Files.readAllBytes(file));
      Files.setLastModifiedTime(copy, FileTime.from(time));
      time = time.plusSeconds(60);
    }
  }

  private static int byAge(Path one, Path other) {
    return age(one).compareTo(age(other));
  }

  // Generations by age, then snapshots before WAL segments.
  private static String age(Path file) {
    return file.toString().replace(OLD, "0").replace(NEW, "1").replace("snapshots", "a");
  }

  private static long rows(Path database) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + database.toUri() + "?immutable=1");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT count(*) FROM t")) {
      result.next();
      return result.getLong(1);
    }
  }

  @Test
  void aReplicaOfVersion05IsItsDatabase() throws Exception {
    copy("v0.5.17-file-replica");
    assertThat(replica.bytes(RestoreTarget.latest()))
        .isEqualTo(Files.readAllBytes(RESOURCES.resolve("v0.5.17-file-replica.expected.db")));
    assertThat(rows(replica.output)).isEqualTo(80);
  }

  @Test
  void aReplicaOfVersion03IsItsDatabase() throws Exception {
    copy("v0.3.13-file-replica");
    byte[] found = replica.bytes(RestoreTarget.latest());
    assertThat(rows(replica.output)).isEqualTo(321);
    assertThat(found)
        .isEqualTo(Files.readAllBytes(RESOURCES.resolve("v0.3.13-file-replica.expected.db")));
  }

  /// The snapshot of the older generation came to us as text, a dump of its first bytes.
  @Test
  void aGenerationCanBeChosenAndASnapshotThatIsNoneIsDamage() throws Exception {
    copy("v0.3.13-file-replica");
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(() -> replica.restore(RestoreFixture.options().withGeneration(OLD)))
        .withMessageContaining(OLD + "/snapshots/00000000.snapshot.lz4")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
    replica.restore(RestoreFixture.options().withGeneration(NEW));
    assertThat(rows(replica.output)).isEqualTo(321);
  }

  /// A directory does not tell when a foreign file was written.
  @Test
  void withoutTimesATimeIsNotAskedOfVersion03() throws Exception {
    copy("v0.3.13-file-replica");
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(() ->
            Restore.from(
                    replica.machine,
                    replica.directory,
                    "db",
                    RestoreFixture.options().withTarget(RestoreTarget.time(Instant.EPOCH)))
                .to(replica.output))
        .withMessageContaining("does not tell when");
  }

  @Test
  void aTimeEndsBehindTheSegmentsUpToIt() throws Exception {
    copy("v0.3.13-file-replica");
    long before = 0;
    for (int minutes : new int[] {17, 19, 22, 28}) {
      Files.deleteIfExists(replica.output);
      replica.restore(
          RestoreFixture.options()
              .withTarget(
                  RestoreTarget.time(
                      Instant.parse("2026-11-20T10:00:30Z").plusSeconds(minutes * 60L))));
      long rows = rows(replica.output);
      assertThat(rows).isGreaterThan(before);
      before = rows;
    }
  }

  /// After a plain `cp -r` all objects are equally old, and nothing says which generation is the
  /// last.
  @Test
  void generationsOfOneAgeAreNotGuessed() throws Exception {
    copy("v0.3.13-file-replica");
    try (var walk = Files.walk(replica.root)) {
      walk.filter(Files::isRegularFile).forEach(file -> touch(file, Instant.EPOCH));
    }
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(() -> replica.restore(RestoreFixture.options()))
        .withMessageContaining(OLD)
        .withMessageContaining(NEW);
    replica.restore(RestoreFixture.options().withGeneration(NEW));
    assertThat(rows(replica.output)).isEqualTo(321);
  }

  private static void touch(Path file, Instant time) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(time));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aMissingSegmentOfAGenerationIsAGap() throws Exception {
    copy("v0.3.13-file-replica");
    Path wal = replica.root.resolve("db/generations/" + NEW + "/wal");
    Files.delete(wal.resolve("00000001_00001038.wal.lz4"));
    assertGap("00000001_00000000.wal.lz4", "00000001_000070c8.wal.lz4");
    Files.delete(wal.resolve("00000001_00000000.wal.lz4"));
    Files.delete(wal.resolve("00000001_000070c8.wal.lz4"));
    assertGap("00000000_00001038.wal.lz4", "00000002_00000000.wal.lz4");
  }

  /// Litestream #224, #535: the first segment behind a snapshot.
  @Test
  void aMissingFirstSegmentOfAGenerationIsAGap() throws Exception {
    copy("v0.3.13-file-replica");
    Path wal = replica.root.resolve("db/generations/" + NEW + "/wal");
    Files.delete(wal.resolve("00000000_00000000.wal.lz4"));
    assertGap("00000000.snapshot.lz4", "00000000_00001038.wal.lz4");
  }

  /// Litestream #805: what stands in a WAL behind 4 GiB has a longer name.
  @Test
  void aSegmentBehindFourGibibytesIsOneOfItsGeneration() {
    ObjectKey key = ObjectKey.of("db/generations/" + NEW + "/wal/00000001_123456789.wal.lz4");
    ObjectInfo object = new ObjectInfo(key, 1, null, null, Map.of());
    assertThat(GenerationObject.parse(object, "db/generations/"))
        .contains(new GenerationObject(object, NEW, false, 1, 0x1_2345_6789L));
  }

  private void assertGap(String before, String after) {
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(() -> replica.restore(RestoreFixture.options()))
        .withMessageContaining(before)
        .withMessageContaining(after)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.GAP));
    assertThat(replica.output.getParent()).isEmptyDirectory();
  }

  @Test
  void aDamagedSegmentOrSnapshotIsDamage() throws Exception {
    copy("v0.3.13-file-replica");
    for (String name : new String[] {"wal/00000001_00001038.wal", "snapshots/00000000.snapshot"}) {
      Path file = replica.root.resolve("db/generations/" + NEW + "/" + name + ".lz4");
      byte[] good = Files.readAllBytes(file);
      byte[] damaged = good.clone();
      damaged[good.length / 2] ^= 1;
      FileTime time = Files.getLastModifiedTime(file);
      Files.write(file, damaged);
      Files.setLastModifiedTime(file, time);
      assertThatExceptionOfType(RestoreException.class)
          .isThrownBy(() -> replica.restore(RestoreFixture.options()))
          .satisfies(e -> assertThat(e.reason()).as(name).isEqualTo(Reason.DAMAGED));
      assertThat(replica.output.getParent()).isEmptyDirectory();
      Files.write(file, good);
      Files.setLastModifiedTime(file, time);
    }
  }

  @Test
  void transactionIdsAreNotAskedOfVersion03() throws Exception {
    copy("v0.3.13-file-replica");
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(
            () -> replica.restore(RestoreFixture.options().withTarget(RestoreTarget.txid(1))))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_REACHED));
  }

  /// After an upgrade both formats stand there; the one that was written last is restored.
  @Test
  void ofBothFormatsTheNewerOneIsRestored() throws Exception {
    copy("v0.3.13-file-replica");
    copy("v0.5.17-file-replica");
    replica.restore(RestoreFixture.options());
    assertThat(rows(replica.output)).isEqualTo(321);
    Files.delete(replica.output);
    try (var walk = Files.walk(replica.root.resolve("db/ltx"))) {
      walk.filter(Files::isRegularFile)
          .forEach(file -> touch(file, Instant.parse("2026-11-21T10:00:00Z")));
    }
    replica.restore(RestoreFixture.options());
    assertThat(rows(replica.output)).isEqualTo(80);
  }
}
