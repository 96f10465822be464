// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimOptions;
import dev.seawall.testkit.Verb;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.FrameWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What was found wrong in five public logs, as far as it concerns the engine: each test names the
/// finding. R is `mission/raft`, V `vault`, B `replay`, C `streams`.
class MissionFindingsTest {
  /// R a, V j, B h; I-6: files sorted as text, or by a clock that goes back.
  @Test
  void moreThanElevenSegmentsReplayInOrderWhateverTheClockSays() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(1));
    long last = 0;
    for (int life = 0; life < 3; life++) {
      try (WriteAheadLog log = lab.open()) {
        while (log.stats().segments() < 8 * (life + 1)) {
          last = append(log, last + 1, 7_000);
          if (last % 5 == 0) {
            lab.machine.time().jumpWall(-Duration.ofHours(3).toMillis());
          }
        }
        assertThat(CrashLab.verify(log, 1)).isEqualTo(last);
      }
    }
    List<String> asText = lab.segments().stream().map(Path::toString).sorted().toList();
    assertThat(asText).as("the text lies about the order").isNotEqualTo(names(lab.segments()));
    assertThat(lab.segments()).hasSizeGreaterThan(12);
    lab.reopenAndVerify(last, last);
  }

  private static List<String> names(List<Path> paths) {
    return paths.stream().map(Path::toString).toList();
  }

  /// R b; I-4: a torn tail that stays in the middle makes later durable appends unreadable.
  @Test
  void appendsBehindATornTailAreReadableAgainAndAgain() {
    Seeds.forEach(
        25,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          RandomGenerator random = seed.random("test");
          long acknowledged = 0;
          long accepted = 0;
          for (int life = 0; life < 6; life++) {
            WriteAheadLog log = lab.open();
            long last = CrashLab.verify(log, 1);
            check(
                last >= acknowledged && last <= accepted, acknowledged + " acknowledged: " + last);
            acknowledged = append(log, last + 1, random.nextInt(3_000));
            accepted = acknowledged;
            for (int i = random.nextInt(4); i > 0; i--) {
              accepted = append(log, accepted + 1, random.nextInt(9_000), Durability.BUFFERED);
              lab.machine.scheduler().step();
            }
            lab.machine.scheduler().runFor(random.nextLong(8_000_000));
            lab.machine.losePower();
          }
          lab.reopenAndVerify(acknowledged, accepted);
        });
  }

  /// R c; I-4: reopening restores the last index, so that no gap and no duplicate is accepted; what
  /// helps seeking is rebuilt whole.
  @Test
  void indexesGoOnWithoutGapOrDuplicateAndSeekingFindsEveryRecord() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(3));
    long last = 0;
    for (int life = 0; life < 4; life++) {
      try (WriteAheadLog log = lab.open()) {
        assertThat(log.lastIndex()).isEqualTo(last);
        for (int i = 0; i < 40; i++) {
          last = append(log, last + 1, 1_000);
        }
        try (WalReader reader = log.reader(1)) {
          for (long index = last; index >= 1; index -= 7) {
            reader.seek(index);
            assertThat(reader.next()).isTrue();
            assertThat(reader.index()).isEqualTo(index);
          }
        }
      }
    }
  }

  /// R d, C g, V i; I-3: damage in the middle is an error with its place, never a shorter log; a
  /// page of zeros is damage too.
  @Test
  void aHoleInASealedSegmentIsAnErrorAndNeverSkipped() throws Exception {
    for (boolean zeros : new boolean[] {false, true}) {
      List<CorruptException> heard = new ArrayList<>();
      WalOptions options =
          CrashLab.tiny()
              .withListener(
                  new WalListener() {
                    @Override
                    public void damaged(CorruptException cause) {
                      heard.add(cause);
                    }
                  });
      CrashLab lab = new CrashLab(Seed.of(4), SimOptions.defaults(), options);
      long last = 0;
      try (WriteAheadLog log = lab.open()) {
        while (log.stats().rolls() < 2) {
          last = append(log, last + 1, 3_000);
        }
      }
      CrashLab.Frame victim = lab.record(8);
      if (zeros) {
        lab.zero(victim.file(), victim.position() & -4_096, (victim.position() & -4_096) + 4_096);
      } else {
        lab.machine.disk().flipBit(victim.file(), victim.position() + 1_000, 2);
      }
      try (WriteAheadLog log = lab.open();
          WalReader reader = log.reader(1)) {
        long first = zeros ? 7 : 8;
        for (long index = 1; index < first - 1; index++) {
          assertThat(reader.next()).isTrue();
        }
        for (int attempt = 0; attempt < 3; attempt++) {
          assertThatThrownBy(() -> readOn(reader))
              .isInstanceOfSatisfying(
                  CorruptException.class, e -> assertThat(e.file()).isEqualTo(victim.file()));
          assertThat(reader.nextIndex()).isBetween(first - 1, 8L);
        }
        assertThat(heard).isNotEmpty();
        append(log, last + 1, 100);
        reader.seek(last + 1);
        assertThat(reader.next()).as("appends go on").isTrue();
      }
    }
  }

  private static void readOn(WalReader reader) throws Exception {
    while (reader.next()) {
      check(reader.index() <= 8, "went on behind the hole");
    }
  }

  /// R h, B d; I-7: one rule for the floor – nothing at or above it goes, on either side of any
  /// segment boundary, and what was truncated does not come back.
  @Test
  void nothingAtOrAboveTheFirstIndexKeptIsRemoved() {
    Seeds.forEach(
        20,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          RandomGenerator random = seed.random("test");
          WriteAheadLog log = lab.open();
          long last = 0;
          long first = 1;
          for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 30; i++) {
              last = append(log, last + 1, 200 + random.nextInt(3_000));
            }
            first = Math.max(first, 1 + random.nextLong(last));
            log.truncatePrefix(first);
            check(log.firstIndex() == first, "first " + log.firstIndex() + " instead of " + first);
            check(CrashLab.verify(log, first) == last, "a record at or above the floor is gone");
            if (random.nextBoolean()) {
              lab.machine.losePower();
              log = lab.open();
              check(log.firstIndex() == first, "resurrected: first " + log.firstIndex());
            }
          }
          long gone = first - 1;
          WriteAheadLog open = log;
          if (gone > 0) {
            assertThatThrownBy(() -> open.reader(gone)).isInstanceOf(IndexTruncatedException.class);
          }
          log.close();
          lab.reopenAndVerify(last, last);
        });
  }

  /// R i; I-9: a removal half done is finished at open, whichever of its operations was the last.
  @Test
  void aPrefixTruncationThatDiesHalfWayIsFinishedOrNeverHappened() {
    Seeds.forEach(
        3,
        1,
        seed -> {
          long needed = 0;
          for (long at = 0; at <= needed; at++) {
            CrashLab lab = new CrashLab(Seed.of(seed.value() * 100 + at));
            WriteAheadLog log = lab.open();
            long last = 0;
            while (log.stats().rolls() < 5) {
              last = append(log, last + 1, 5_000);
            }
            long before = lab.machine.disk().operations();
            if (at > 0) {
              Death death = at % 2 == 0 ? Death.KILL : Death.POWER;
              lab.machine.disk().add(new Fault.Crash(before + at, death));
            }
            boolean returned = false;
            try {
              log.truncatePrefix(last - 2);
              returned = true;
              needed = at == 0 ? lab.machine.disk().operations() - before : needed;
              lab.machine.losePower();
            } catch (SimCrash _) {
              // As planned.
            }
            for (int life = 0; life < 3; life++) {
              try (WriteAheadLog again = lab.open()) {
                long first = again.firstIndex();
                check(first == last - 2 || (first == 1 && !returned), "first " + first);
                check(CrashLab.verify(again, first) == last, "lost at the end");
              } catch (SimCrash _) {
                // Needed fewer operations than planned for.
              }
            }
          }
        });
  }

  /// R n, C r; I-11: a length from the disk is checked against its limit and its file before
  /// anything is allocated by it, also when its checksum is right.
  @Test
  void aLengthThatCannotBeIsRefusedBeforeAnythingIsAllocated() throws Exception {
    for (int length : new int[] {-1, Integer.MAX_VALUE, 1 << 30, 70_000}) {
      CrashLab lab = new CrashLab(Seed.of(5));
      WriteAheadLog log = lab.open();
      append(log, 1, 100);
      append(log, 2, 100);
      lab.machine.killProcess();
      CrashLab.Frame frame = lab.record(2);
      byte[] bytes = lab.bytes(frame.file());
      long seed = lab.header(frame.file()).orElseThrow().key().seed();
      FrameWriter.header(
          MemorySegment.ofArray(bytes),
          frame.position(),
          seed,
          frame.position(),
          FrameType.RECORD,
          1,
          Math.max(0, length),
          0,
          1,
          2,
          1_000);
      if (length < 0) {
        ByteBuffer.wrap(bytes).putInt((int) frame.position() + 8, -1);
      }
      lab.put(frame.file(), bytes);
      try (WriteAheadLog recovered = lab.open()) {
        assertThat(recovered.lastIndex()).isEqualTo(1);
        assertThat(recovered.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.TORN);
      }
    }
  }

  /// V d, C f; I-5: preparing the next segment fails with an input/output error: typed, sticky, and
  /// nothing that was acknowledged is lost.
  @Test
  void aRotationThatFailsIsATypedErrorAndLosesNothing() {
    int[] failures = new int[1];
    Seeds.forEach(
        60,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          WriteAheadLog log = lab.open();
          long acknowledged = append(log, 1, 100);
          Verb[] verbs = {Verb.CREATE, Verb.WRITE, Verb.SYNC, Verb.RENAME, Verb.SYNC_DIRECTORY};
          Verb verb = verbs[(int) (seed.value() % verbs.length)];
          lab.machine.disk().failNext(verb, path -> true);
          LogFailedException first = null;
          while (first == null && acknowledged < 40) {
            try {
              acknowledged = append(log, acknowledged + 1, 5_000);
            } catch (LogFailedException e) {
              first = e;
            }
          }
          if (first != null) {
            failures[0]++;
            check(first.outcome() == WalException.Outcome.UNKNOWN, "outcome " + first.outcome());
            try {
              log.append(new byte[1], Durability.BUFFERED);
              throw new AssertionError("a failed log accepts");
            } catch (LogFailedException again) {
              check(
                  Objects.equals(again.getCause(), first.getCause()),
                  "another cause than the first");
            }
          }
          lab.machine.losePower();
          lab.reopenAndVerify(acknowledged, acknowledged + 1);
        });
    assertThat(failures[0]).isGreaterThan(20);
  }

  /// V g, C n; I-1, I-9: what was closed survives loss of power, file names included.
  @Test
  void aClosedLogSurvivesLossOfPowerWithAllItsNames() {
    Seeds.forEach(
        40,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          RandomGenerator random = seed.random("test");
          long last = 0;
          for (int life = 0; life < 3; life++) {
            try (WriteAheadLog log = lab.open()) {
              check(CrashLab.verify(log, 1) == last, "closed at " + last);
              for (int i = random.nextInt(20); i > 0; i--) {
                last = append(log, last + 1, random.nextInt(8_000), Durability.BUFFERED);
              }
            }
            lab.machine.losePower();
          }
          lab.reopenAndVerify(last, last);
        });
  }

  /// V l; I-6: segment numbers are never given out again, whatever was deleted, truncated or
  /// prepared in vain.
  @Test
  void segmentNumbersAreNeverUsedAgain() {
    Seeds.forEach(
        12,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          RandomGenerator random = seed.random("test");
          Map<Long, Long> salts = new TreeMap<>();
          Set<Long> gone = new HashSet<>();
          long highest = 0;
          long last = 0;
          for (int life = 0; life < 6; life++) {
            try (WriteAheadLog log = lab.open()) {
              long rolls = log.stats().rolls() + 1 + random.nextInt(3);
              while (log.stats().rolls() < rolls) {
                last = append(log, last + 1, 5_000);
              }
              if (random.nextBoolean()) {
                log.truncatePrefix(last);
              } else if (random.nextBoolean()) {
                log.truncateSuffix(last - 3);
                last -= 3;
              }
            }
            Map<Long, Long> now = new TreeMap<>();
            for (Path path : lab.segments()) {
              long number = lab.number(path).orElseThrow();
              now.put(number, lab.header(path).orElseThrow().key().salt());
              check(!gone.contains(number), "segment number " + number + " is used again");
              check(
                  !salts.containsKey(number) || salts.get(number).equals(now.get(number)),
                  "segment " + number + " is another file now");
            }
            salts.keySet().stream().filter(n -> !now.containsKey(n)).forEach(gone::add);
            salts.putAll(now);
            highest = Math.max(highest, salts.keySet().stream().mapToLong(n -> n).max().orElse(0));
          }
          check(highest > 6, "too few segments: " + highest);
        });
  }
}
