// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Verb;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.Verification;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The seek index beside a segment is a cache: with any content, or none, answers are the same.
class SidecarTest {
  private static final WalOptions LARGER =
      WalSubject.smallOptions().withSegmentBytes(512 << 10).withFirstSegmentBytes(512 << 10);
  private static final int RECORDS = 1200;

  private static SimLog filled(long seed) throws Exception {
    SimLog sim = new SimLog(seed, LARGER);
    try (WriteAheadLog log = sim.write()) {
      SimLog.append(log, 1, RECORDS);
      // Gives the maintenance its turns: the sidecars are written behind the appenders' backs.
      log.awaitDurable(RECORDS + 1, java.time.Duration.ofSeconds(1));
    }
    return sim;
  }

  private static List<Path> sidecars(SimLog sim) {
    return sim.machine.disk().files().keySet().stream()
        .filter(path -> path.toString().endsWith(".log.idx"))
        .sorted()
        .toList();
  }

  /// Seeks by index and by time, from a fresh open.
  private static void answersAreRight(SimLog sim, long seed) throws Exception {
    RandomGenerator random = Seed.of(seed).random("seeks");
    try (ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      for (int i = 0; i < 25; i++) {
        long index = random.nextLong(1, RECORDS + 1);
        if (random.nextBoolean()) {
          reader.seek(index);
        } else {
          reader.seekTime(1000 + index);
        }
        assertThat(reader.next()).isTrue();
        assertThat(reader.index()).isEqualTo(index);
        assertThat(reader.payloadBytes()).isEqualTo(SimLog.payload(index));
      }
    }
  }

  private static void replace(SimLog sim, Path path, ByteBuffer content) {
    sim.machine.disk().replaceForeign(path, content);
  }

  @Test
  void isWrittenForEverySealedSegmentAndSavesReading() throws Exception {
    SimLog sim = filled(1);
    assertThat(sidecars(sim)).hasSize(sim.segments().size() - 1).hasSizeGreaterThan(1);
    long with = readsOfOneSeek(sim);
    for (Path path : sidecars(sim)) {
      sim.machine.disk().deleteForeign(path);
    }
    assertThat(readsOfOneSeek(sim)).isGreaterThan(with);
  }

  private static long readsOfOneSeek(SimLog sim) throws Exception {
    try (ReadOnlyLog log = sim.read();
        WalReader reader = log.reader(300, Visibility.DURABLE)) {
      long before = sim.machine.disk().operations(Verb.READ);
      assertThat(reader.next()).isTrue();
      return sim.machine.disk().operations(Verb.READ) - before;
    }
  }

  @Test
  void deletedCutStaleForeignOrFlippedItGivesTheSameAnswers() throws Exception {
    SimLog sim = filled(2);
    SimLog other = filled(3);
    answersAreRight(sim, 0);
    List<Path> paths = sidecars(sim);
    RandomGenerator random = Seed.of(4).random("harm");
    for (int i = 0; i < 60; i++) {
      Path path = paths.get(random.nextInt(paths.size()));
      ByteBuffer good = sim.machine.disk().contents(path);
      switch (i % 6) {
        case 0 -> sim.machine.disk().deleteForeign(path);
        case 1 -> replace(sim, path, good.slice(0, random.nextInt(good.limit())));
        case 2 -> replace(sim, path, other.machine.disk().contents(sidecars(other).getFirst()));
        case 3 -> replace(sim, path, sim.machine.disk().contents(paths.get(i % 2)));
        case 4 -> replace(sim, path, ByteBuffer.allocate(random.nextInt(9000)));
        default -> sim.machine.disk().flipBit(path, random.nextInt(good.limit()), i % 8);
      }
      answersAreRight(sim, i);
      if (i % 6 != 0 && !same(sim, path, good)) {
        assertThat(
                Verification.run(
                        SimLog.DIRECTORY, sim.options, sim.machine.machine(), ProgressListener.NONE)
                    .findings())
            .anySatisfy(finding -> {
              assertThat(finding.severity()).isEqualTo(Verification.Severity.NOTE);
              assertThat(finding.file()).isEqualTo(path);
            });
      }
      replace(sim, path, good);
    }
  }

  private static boolean same(SimLog sim, Path path, ByteBuffer good) {
    return sim.machine.disk().contents(path).equals(good);
  }

  @Test
  void goesWithItsSegment() throws Exception {
    SimLog sim = filled(5);
    List<Path> before = sidecars(sim);
    try (WriteAheadLog log = sim.write()) {
      log.truncatePrefix(700);
    }
    List<Path> after = sidecars(sim);
    assertThat(after.size()).isLessThan(before.size());
    assertThat(before).containsAll(after);
    for (Path path : after) {
      String segment = path.toString().substring(0, path.toString().length() - 4);
      assertThat(sim.machine.disk().files()).containsKey(Path.of(segment));
    }
  }

  @Test
  void aTruncatedSegmentLosesItsSidecarAndOrphansGoAtOpen() throws Exception {
    SimLog sim = filled(6);
    List<Path> paths = sidecars(sim);
    try (WriteAheadLog log = sim.write()) {
      log.truncateSuffix(100);
      assertThat(sidecars(sim)).isEmpty();
      SimLog.append(log, 101, RECORDS);
    }
    answersAreRight(sim, 1);
    Path orphan = Path.of(paths.getFirst() + ".tmp");
    Path foreign = SimLog.DIRECTORY.resolve("notes.idx");
    Path old = SimLog.DIRECTORY.resolve("seawall-1-9999.log.idx");
    for (Path path : List.of(orphan, foreign, old)) {
      replace(sim, path, ByteBuffer.allocate(100));
    }
    sim.write().close();
    assertThat(sim.machine.disk().files()).containsKey(foreign).doesNotContainKeys(orphan, old);
  }

  @Test
  void oneThatCannotBeWrittenIsToldAndMissed() throws Exception {
    List<Long> told = new ArrayList<>();
    WalListener listener =
        new WalListener() {
          @Override
          public void sidecarFailed(long segment, StorageException cause) {
            told.add(segment);
          }
        };
    SimLog sim = new SimLog(7, LARGER.withListener(listener));
    sim.machine.disk().failNext(Verb.WRITE, path -> path.toString().endsWith(".idx.tmp"));
    try (WriteAheadLog log = sim.write()) {
      SimLog.append(log, 1, RECORDS);
      log.awaitDurable(RECORDS + 1, java.time.Duration.ofSeconds(1));
    }
    assertThat(told).containsExactly(1L);
    assertThat(sidecars(sim)).hasSize(sim.segments().size() - 2);
    answersAreRight(sim, 2);
  }
}
