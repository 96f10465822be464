// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static dev.seawall.wal.CrashLab.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimOptions;
import dev.seawall.testkit.Verb;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Valid frames of an earlier life, standing exactly where the log goes on: I-2, I-4.
class StaleFramesCrashTest {
  private static final int BYTES = 700;

  /// Two groups in flight: the first is lost, the second is there. The caller tries the first
  /// again, byte for byte; the second follows it exactly, and still does not exist.
  @Test
  void staleGroupBehindAHoleNeverJoins() {
    int[] dangerous = new int[1];
    Seeds.forEach(
        60,
        1,
        seed -> {
          CrashLab lab = holeInFrontOfAGroup(seed);
          if (lab != null) {
            retryAndVerify(lab, dangerous);
          }
        });
    assertThat(dangerous[0]).as("stale groups right behind the retry").isGreaterThan(10);
  }

  /// The recovery that cuts them off dies before its EPOCH frame is durable, at each operation.
  @Test
  void staleGroupNeverJoinsWhenRecoveryDiesBeforeItsEpochFrameIsSynced() {
    int[] dangerous = new int[1];
    int[] crashes = new int[1];
    Seeds.forEach(
        120,
        100,
        seed -> {
          CrashLab lab = holeInFrontOfAGroup(seed);
          if (lab == null) {
            return;
          }
          Death death = seed.value() % 3 == 0 ? Death.KILL : Death.POWER;
          long at = lab.machine.disk().operations() + 1 + seed.value() % 16;
          lab.machine.disk().add(new Fault.Crash(at, death));
          try (WriteAheadLog log = lab.open()) {
            check(log.lastIndex() == 3, "3 records, and " + log.lastIndex() + " after recovery");
            lab.machine.losePower();
          } catch (SimCrash _) {
            crashes[0]++;
          }
          try {
            retryAndVerify(lab, dangerous);
          } catch (SimCrash _) {
            // Recovery needed fewer operations than the plan had counted on.
          }
        });
    assertThat(crashes[0]).as("recoveries that died").isGreaterThan(10);
    assertThat(dangerous[0]).as("stale groups right behind the retry").isGreaterThan(10);
  }

  /// What a suffix truncation cut off stands whole behind the cut, group by group in blocks of its
  /// own, and the caller appends the same again.
  @Test
  void staleGroupNeverJoinsAfterASuffixTruncation() {
    int[] dangerous = new int[1];
    Seeds.forEach(
        30,
        1,
        seed -> {
          CrashLab lab =
              new CrashLab(
                  seed,
                  SimOptions.defaults(),
                  CrashLab.tiny().withTailBlock(WalOptions.TailBlock.PAD));
          WriteAheadLog log = lab.open();
          for (long i = 1; i <= 9; i++) {
            append(log, i, BYTES);
          }
          Map<Long, Long> positions = positions(lab);
          long kept = 2 + seed.value() % 5;
          log.truncateSuffix(kept);
          append(log, kept + 1, BYTES);
          append(log, kept + 2, BYTES);
          if (seed.value() % 2 == 0) {
            lab.machine.killProcess();
          } else {
            lab.machine.losePower();
          }
          Long stale = positions.get(kept + 3);
          if (stale != null && standsBehindTheEnd(lab, stale)) {
            dangerous[0]++;
          }
          lab.reopenAndVerify(kept + 2, kept + 2);
        });
    assertThat(dangerous[0]).as("stale groups right behind the new end").isGreaterThan(10);
  }

  /// A file used again holds a whole segment of frames of its former life; its salt is another.
  @Test
  void staleFramesOfARecycledFileNeverJoin() {
    int[] recycled = new int[1];
    Seeds.forEach(
        12,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          WriteAheadLog log = lab.open();
          long last = 0;
          while (log.stats().rolls() < 3) {
            last = append(log, last + 1, 5_000);
          }
          Map<Path, SegmentHeader> before = new HashMap<>();
          for (Path path : lab.segments()) {
            SegmentHeader header = lab.header(path).orElseThrow();
            before.put(path, header);
          }
          log.truncatePrefix(last);
          while (log.stats().rolls() < 6) {
            last = append(log, last + 1, 5_000);
          }
          recycled[0] += (int) log.stats().recycledSegments();
          last = append(log, last + 1, 300);
          lab.machine.killProcess();
          for (Path path : lab.segments()) {
            SegmentHeader now = lab.header(path).orElseThrow();
            before.forEach((old, header) -> {
              check(
                  old.equals(path) || header.key().salt() != now.key().salt(),
                  old + " and " + path + " have one salt");
            });
          }
          check(staleFramesStand(lab, before), "no frame of a former life is left to be mistaken");
          lab.reopenAndVerify(last, last);
        });
    assertThat(recycled[0]).isPositive();
  }

  private static boolean staleFramesStand(CrashLab lab, Map<Path, SegmentHeader> before) {
    for (Path path : lab.segments()) {
      byte[] bytes = lab.bytes(path);
      for (Map.Entry<Path, SegmentHeader> old : before.entrySet()) {
        if (!old.getKey().equals(path) && !CrashLab.frames(path, bytes, old.getValue()).isEmpty()) {
          return true;
        }
      }
    }
    return false;
  }

  private static Map<Long, Long> positions(CrashLab lab) {
    Map<Long, Long> positions = new HashMap<>();
    for (CrashLab.Frame frame : lab.frames(lab.tail())) {
      if (frame.type() == FrameType.RECORD) {
        positions.put(frame.index(), frame.position());
      }
    }
    return positions;
  }

  /// Whether the group of a stale record begins exactly where the newest whole frames end.
  private static boolean standsBehindTheEnd(CrashLab lab, long stale) {
    List<CrashLab.Frame> frames = lab.frames(lab.tail());
    for (int i = 2; i < frames.size(); i++) {
      if (frames.get(i).position() == stale) {
        CrashLab.Frame end = frames.get(i - 2);
        CrashLab.Frame group = frames.get(i - 1);
        return group.position() == end.end() && end.epoch() > group.epoch();
      }
    }
    return false;
  }

  /// Makes a dead log of three records, the two lost ones of a group, and the two of the group that
  /// was in flight behind it. Null when those two were not in flight together.
  private static CrashLab holeInFrontOfAGroup(Seed seed) throws Exception {
    CrashLab lab = new CrashLab(seed, SimOptions.defaults().withDepth(4), CrashLab.tiny());
    WriteAheadLog log = lab.open();
    for (long i = 1; i <= 3; i++) {
      append(log, i, BYTES);
    }
    Path file = lab.tail();
    byte[] before = lab.bytes(file);
    acceptGroup(log, 4);
    submit(lab);
    acceptGroup(log, 6);
    submit(lab);
    log.sync();
    lab.machine.killProcess();
    CrashLab.Frame lost = lab.record(4);
    CrashLab.Frame stale = lab.record(6);
    long from = lost.position() - lost.position() % 4096;
    long to = stale.position() - stale.position() % 4096;
    if (to <= from || lab.promise().position() > lost.position()) {
      return null;
    }
    byte[] bytes = lab.bytes(file);
    System.arraycopy(before, (int) from, bytes, (int) from, (int) (to - from));
    lab.put(file, bytes);
    return lab;
  }

  /// Lets the log's workers run until one of them hands a write to the device.
  private static void submit(CrashLab lab) {
    long before = writes(lab);
    for (int i = 0; i < 50 && writes(lab) == before; i++) {
      lab.machine.scheduler().step();
    }
  }

  private static long writes(CrashLab lab) {
    return lab.machine.disk().operations(Verb.WRITE)
        + lab.machine.disk().operations(Verb.DURABLE_WRITE);
  }

  private static void acceptGroup(WriteAheadLog log, long first) throws Exception {
    for (long i = first; i < first + 2; i++) {
      WalBatch one = new WalBatch().add(payload(i, BYTES), 0, BYTES, 1_000);
      log.append(one, Durability.SYNCED, CrashTold.NOBODY);
    }
  }

  /// Recovers, appends the lost group again, dies, and demands that nothing else came with it.
  private static void retryAndVerify(CrashLab lab, int[] dangerous) throws Exception {
    WriteAheadLog log = lab.open();
    check(log.lastIndex() == 3, "3 records, recovered with " + log.lastIndex());
    acceptGroup(log, 4);
    log.sync();
    check(log.lastIndex() == 5, "5 records, and " + log.lastIndex());
    lab.machine.killProcess();
    long stale = -1;
    List<CrashLab.Frame> frames = lab.frames(lab.tail());
    for (int i = 1; i < frames.size(); i++) {
      CrashLab.Frame frame = frames.get(i);
      if (frame.type() == FrameType.GROUP
          && frame.index() == 6
          && frames.get(i - 1).end() == frame.position()) {
        stale = frame.position();
      }
    }
    dangerous[0] += stale >= 0 ? 1 : 0;
    lab.reopenAndVerify(5, 5);
  }
}
