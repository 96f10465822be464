// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimOptions;
import dev.seawall.wal.internal.segment.SegmentName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is removed and used again takes nothing away that somebody still holds: I-7, I-9.
class RetentionCrashTest {
  private static final long SECOND = 1_000_000_000L;

  /// A backup made of hard links, before a truncation and – the files are still there, waiting to
  /// be used again – after it, keeps its bytes; a foreign reader gets the right bytes or hears that
  /// they are gone.
  @Test
  void hardLinkedBackupAndForeignReaderSurviveRecycling(@TempDir Path temp) throws Exception {
    Path directory = temp.resolve("log");
    try (WriteAheadLog log = WriteAheadLog.open(directory, CrashLab.tiny())) {
      long last = appendUntilRolls(log, 0, 4);
      Map<Path, byte[]> backup = new TreeMap<>();
      link(directory, temp.resolve("before"), backup, 2);
      try (ReadOnlyLog foreign = ReadOnlyLog.open(directory, CrashLab.tiny());
          WalReader inside = foreign.reader(1, Visibility.DURABLE);
          WalReader later = foreign.reader(30, Visibility.DURABLE)) {
        assertThat(inside.next()).isTrue();
        assertThat(later.next()).isTrue();
        log.truncatePrefix(last);
        link(directory, temp.resolve("between"), backup, 9);
        last = appendUntilRolls(log, last, 8);
        log.truncatePrefix(last);
        last = appendUntilRolls(log, last, 12);
        assertThat(log.stats().recycledSegments()).isPositive();
        readsOnOrIsTold(inside);
        readsOnOrIsTold(later);
      }
      for (Map.Entry<Path, byte[]> file : backup.entrySet()) {
        assertThat(Arrays.equals(Files.readAllBytes(file.getKey()), file.getValue()))
            .as("backup %s is as it was", file.getKey())
            .isTrue();
      }
    }
  }

  private static void link(Path directory, Path target, Map<Path, byte[]> backup, int most)
      throws Exception {
    Files.createDirectory(target);
    List<Path> files = new ArrayList<>();
    try (var stream = Files.list(directory)) {
      stream.filter(f -> f.getFileName().toString().endsWith(".log")).forEach(files::add);
    }
    files.sort((a, b) -> Long.compare(number(a), number(b)));
    for (Path file : files.subList(0, Math.min(most, files.size() - 2))) {
      Path link = Files.createLink(target.resolve(file.getFileName()), file);
      backup.put(link, Files.readAllBytes(link));
    }
  }

  private static long number(Path file) {
    return SegmentName.parse("seawall", String.valueOf(file.getFileName()))
        .filter(name -> !name.prepared())
        .map(SegmentName::number)
        .orElse(Long.MAX_VALUE);
  }

  private static long appendUntilRolls(WriteAheadLog log, long last, long rolls) throws Exception {
    long index = last;
    while (log.stats().rolls() < rolls) {
      index = append(log, index + 1, 3_000);
    }
    return index;
  }

  /// Returns whether it was told that its records are gone.
  private static boolean readsOnOrIsTold(WalReader reader) throws Exception {
    try {
      while (reader.next()) {
        byte[] found = reader.payloadBytes();
        assertThat(found).isEqualTo(payload(reader.index(), found.length));
      }
      return false;
    } catch (IndexTruncatedException _) {
      return true;
    }
  }

  /// A foreign reader in the simulated machine, moved on at random beside a writer that truncates
  /// and uses files again: never damage, never other bytes.
  @Test
  void aForeignReaderNeverCallsRecyclingDamage() {
    int[] told = new int[1];
    Seeds.forEach(
        40,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          var random = seed.random("test");
          try (WriteAheadLog log = lab.open()) {
            long last = appendUntilRolls(log, 0, 3);
            try (ReadOnlyLog foreign = lab.openForReading()) {
              for (int i = 0; i < 12; i++) {
                long end = foreign.lastIndex(Visibility.WRITTEN);
                long from = Math.min(end, foreign.firstIndex() + random.nextInt(6));
                try (WalReader reader = foreign.reader(from, Visibility.WRITTEN)) {
                  reader.next();
                  log.truncatePrefix(Math.max(log.firstIndex(), last - random.nextInt(20)));
                  last = appendUntilRolls(log, last, log.stats().rolls() + random.nextInt(3));
                  told[0] += readsOnOrIsTold(reader) ? 1 : 0;
                }
                foreign.refresh();
              }
              assertThat(foreign.damage()).isEmpty();
            }
          }
        });
    assertThat(told[0]).isPositive();
  }

  /// Nothing is swept at open before the owner of a durable pin reports: the pin in the log state
  /// holds. Also after a kill, and when the limits are far exceeded.
  @Test
  void sweepAtOpenBeforeTheUploaderRegistered() throws Exception {
    for (boolean killed : new boolean[] {false, true}) {
      CrashLab lab =
          new CrashLab(
              Seed.of(1),
              SimOptions.defaults(),
              CrashLab.tiny()
                  .withRetention(
                      Retention.keep()
                          .withMaxBytes(64 << 10)
                          .withMaxAge(Duration.ofSeconds(2))
                          .withBelowCheckpoint()));
      WriteAheadLog log = lab.open();
      append(log, 1, 3_000);
      append(log, 2, 3_000);
      log.pin("uploader", 2);
      long last = appendUntilRolls(log, 2, 4);
      log.checkpoint(last);
      lab.machine.scheduler().runFor(10 * SECOND);
      assertThat(log.firstIndex()).isLessThanOrEqualTo(2);
      if (killed) {
        lab.machine.losePower();
      } else {
        log.close();
      }
      for (int life = 0; life < 2; life++) {
        WriteAheadLog again = lab.open();
        again.checkpoint(last);
        lab.machine.scheduler().runFor(30 * SECOND);
        assertThat(again.pins()).containsEntry("uploader", 2L);
        assertThat(again.firstIndex()).isLessThanOrEqualTo(2);
        CrashLab.verify(again, 2);
        lab.machine.killProcess();
      }
      WriteAheadLog again = lab.open();
      again.pin("uploader", last);
      again.checkpoint(last);
      lab.machine.scheduler().runFor(30 * SECOND);
      assertThat(again.firstIndex()).as("swept when the pin moved").isGreaterThan(10);
      assertThatThrownBy(() -> again.reader(2)).isInstanceOf(IndexTruncatedException.class);
      again.close();
    }
  }

  /// Age counts from the seal; a wall clock that jumps under an open log deletes nothing, in
  /// whichever direction, and the operator hears of it.
  @Test
  void clockOneYearAheadDeletesNothing() throws Exception {
    AtomicLong heard = new AtomicLong();
    CrashLab lab =
        new CrashLab(
            Seed.of(1),
            SimOptions.defaults(),
            CrashLab.tiny()
                .withRetention(Retention.keep().withMaxAge(Duration.ofDays(30)))
                .withListener(
                    new WalListener() {
                      @Override
                      public void clocksDisagree(long millis) {
                        heard.set(millis);
                      }
                    }));
    long year = Duration.ofDays(365).toMillis();
    try (WriteAheadLog log = lab.open()) {
      long last = appendUntilRolls(log, 0, 4);
      for (long jump : new long[] {year, -2 * year, 3 * year}) {
        lab.machine.time().jumpWall(jump);
        lab.machine.scheduler().runFor(100 * SECOND);
        assertThat(log.firstIndex()).as("after a jump by %d", jump).isEqualTo(1);
        assertThat(heard.getAndSet(0)).isGreaterThan(60_000);
        last = appendUntilRolls(log, last, log.stats().rolls() + 1);
        lab.machine.time().jumpWall(-jump);
        lab.machine.scheduler().runFor(5 * SECOND);
      }
      assertThat(CrashLab.verify(log, 1)).isEqualTo(last);
    }
  }

  /// The rule does remove: without a jump, segments older than the limit go.
  @Test
  void segmentsOlderThanTheLimitAreRemovedWhenTheClocksAgree() throws Exception {
    CrashLab lab =
        new CrashLab(
            Seed.of(1),
            SimOptions.defaults(),
            CrashLab.tiny().withRetention(Retention.keep().withMaxAge(Duration.ofDays(30))));
    try (WriteAheadLog log = lab.open()) {
      long last = appendUntilRolls(log, 0, 4);
      lab.machine.time().advance(Duration.ofDays(31).toNanos());
      lab.machine.scheduler().runFor(5 * SECOND);
      assertThat(log.firstIndex()).isGreaterThan(10).isLessThanOrEqualTo(last);
    }
  }
}
