// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static dev.seawall.wal.CrashLab.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.DiskFullException;
import dev.seawall.io.StorageException;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// A disk without room: I-1, I-2, I-5, I-12.
class DiskFullCrashTest {
  /// What one run came to.
  private static final class Run {
    final CrashLab lab;
    long acknowledged;
    long accepted;
    int refusedAppends;
    int refusedOpens;

    Run(CrashLab lab) {
      this.lab = lab;
    }

    /// Three lives: rolls, a prefix truncation, a kill with an unsynced tail, a suffix truncation.
    void live() throws Exception {
      WriteAheadLog log = open();
      appendUntil(log, 30);
      log.truncatePrefix(5);
      appendUntil(log, 45);
      accepted = log.lastIndex();
      try {
        accepted = append(log, accepted + 1, 300, Durability.BUFFERED);
      } catch (LogFullException e) {
        refused(e);
      }
      lab.machine.killProcess();
      log = open();
      accepted = log.lastIndex();
      acknowledged = log.durableIndex();
      log.truncateSuffix(acknowledged - 3);
      acknowledged -= 3;
      accepted = acknowledged;
      appendUntil(log, acknowledged + 25);
      log.close();
    }

    private WriteAheadLog open() throws Exception {
      for (int attempt = 0; attempt < 3; attempt++) {
        try {
          return lab.open();
        } catch (DiskFullException e) {
          refusedOpens++;
          check(!String.valueOf(e.getMessage()).isBlank(), "no message");
        }
      }
      throw new AssertionError("a disk that was full once does not open for ever");
    }

    private void appendUntil(WriteAheadLog log, long last) throws Exception {
      while (log.lastIndex() < last) {
        long before = log.lastIndex();
        accepted = before + 1;
        try {
          acknowledged = append(log, before + 1, 4_000);
        } catch (LogFullException e) {
          refused(e);
          check(log.lastIndex() == before, "refused, and taken");
          check(log.stats().rejected() >= 0, "");
          accepted = before;
        }
      }
    }

    private void refused(LogFullException e) {
      refusedAppends++;
      check(e.outcome() == WalException.Outcome.NOT_APPENDED, "outcome " + e.outcome());
      check(refusedAppends < 10, "refused again and again after the disk had room");
    }
  }

  /// The disk is full at the nth allocation, once: directory, lock, each chunk of each segment that
  /// is prepared, at open, on the way, in recovery. What is refused is not appended, and the next
  /// attempt succeeds.
  @Test
  void diskFullAtEveryAllocation() throws Exception {
    Run healthy = new Run(new CrashLab(Seed.of(1)));
    healthy.live();
    long allocations = healthy.lab.machine.disk().allocations();
    assertThat(allocations).isGreaterThan(10);
    int appends = 0;
    int opens = 0;
    for (long nth = 1; nth <= allocations; nth++) {
      CrashLab lab = new CrashLab(Seed.of(1));
      lab.machine.disk().add(new Fault.DiskFull(nth));
      Run run = new Run(lab);
      try {
        run.live();
        check(run.refusedAppends + run.refusedOpens <= 2, "one full disk, refused many times");
      } catch (LogFullException e) {
        // A truncation met it: nothing was cut.
        check(e.outcome() == WalException.Outcome.NOT_APPENDED, "outcome " + e.outcome());
      } catch (StorageException | LogFailedException e) {
        throw new AssertionError("disk full at allocation " + nth + ": " + e, e);
      }
      appends += run.refusedAppends;
      opens += run.refusedOpens;
      lab.machine.losePower();
      lab.reopenAndVerify(run.acknowledged, run.accepted);
      lab.machine
          .disk()
          .files()
          .keySet()
          .forEach(
              path -> check(!path.toString().contains("-pre"), "half a file is left: " + path));
    }
    assertThat(appends).as("appends that were refused").isPositive();
    assertThat(opens).as("opens that were refused").isPositive();
  }

  /// A disk that stays full: refused, with the name of the pin that keeps most; reading and even
  /// opening go on; room makes appends succeed again.
  @Test
  void aFullDiskRefusesAppendsUntilThereIsRoom() throws Exception {
    List<LogFullException> heard = new ArrayList<>();
    WalOptions options =
        CrashLab.tiny()
            .withListener(
                new WalListener() {
                  @Override
                  public void diskFull(LogFullException cause) {
                    heard.add(cause);
                  }
                });
    CrashLab lab = new CrashLab(Seed.of(2), SimOptions.defaults(), options);
    WriteAheadLog log = lab.open();
    append(log, 1, 100);
    log.pin("slow-consumer", 1);
    lab.machine.disk().setCapacityBytes(5 * (64 << 10) + 20_000);
    long last = appendUntilFull(log);
    assertThat(heard).isNotEmpty();
    assertThatThrownBy(() -> append(log, last + 1, 4_000))
        .isInstanceOf(LogFullException.class)
        .hasMessageContaining("slow-consumer")
        .hasMessageContaining("Free space");
    assertThat(CrashLab.verify(log, 1)).isEqualTo(last);
    lab.machine.killProcess();
    WriteAheadLog again = lab.open();
    assertThat(CrashLab.verify(again, 1)).isEqualTo(last);
    assertThat(appendUntilFull(again)).isBetween(last, last + 1);
    again.unpin("slow-consumer");
    again.truncatePrefix(last);
    append(again, again.lastIndex() + 1, 4_000);
    long end = again.lastIndex();
    again.close();
    lab.reopenAndVerify(end, end);
  }

  private static long appendUntilFull(WriteAheadLog log) throws Exception {
    while (true) {
      long before = log.lastIndex();
      try {
        append(log, before + 1, 4_000);
      } catch (LogFullException e) {
        assertThat(log.lastIndex()).isEqualTo(before);
        assertThat(log.durableIndex()).isEqualTo(before);
        return before;
      }
    }
  }

  /// Batches are refused whole.
  @Test
  void aBatchThatFindsNoRoomIsRefusedWhole() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(3));
    WriteAheadLog log = lab.open();
    append(log, 1, 100);
    lab.machine.disk().setCapacityBytes(lab.machine.disk().usedBytes());
    WalBatch batch = new WalBatch();
    for (int i = 0; i < 20; i++) {
      batch.add(payload(2 + i, 4_000));
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> log.append(batch)).isInstanceOf(LogFullException.class);
      assertThat(log.lastIndex()).isEqualTo(1);
    }
    lab.machine.disk().setCapacityBytes(Long.MAX_VALUE);
    assertThat(log.append(batch)).isEqualTo(21);
    log.close();
    lab.reopenAndVerify(21, 21);
  }

  /// A file system that copies on write needs room for blocks that were written before: the log
  /// cannot know what became of the write, and fails.
  @Test
  void noRoomForAPreparedBlockOnACopyOnWriteFileSystemFailsTheLog() throws Exception {
    TreeMap<String, Integer> outcomes = new TreeMap<>();
    for (long seed = 1; seed <= 40; seed++) {
      CrashLab lab =
          new CrashLab(Seed.of(seed), SimOptions.defaults().withCopyOnWrite(true), CrashLab.tiny());
      WriteAheadLog log = lab.open();
      long acknowledged = append(log, 1, 100);
      for (long i = seed % 7; i > 0; i--) {
        acknowledged = append(log, acknowledged + 1, 5_000);
      }
      lab.machine.disk().setCapacityBytes(lab.machine.disk().usedBytes());
      long tried = acknowledged + 1;
      assertThatThrownBy(() -> append(log, tried, 5_000))
          .isInstanceOfSatisfying(
              LogFailedException.class,
              e -> assertThat(e.outcome()).isEqualTo(WalException.Outcome.UNKNOWN));
      assertThatThrownBy(() -> append(log, tried, 10, Durability.BUFFERED))
          .isInstanceOf(LogFailedException.class);
      assertThat(log.durableIndex()).isEqualTo(acknowledged);
      lab.machine.killProcess();
      try {
        lab.open().close();
        outcomes.merge("opens on the full disk", 1, Integer::sum);
      } catch (StorageException | LogFailedException _) {
        outcomes.merge("refuses to open on the full disk", 1, Integer::sum);
      }
      lab.machine.killProcess();
      lab.machine.disk().setCapacityBytes(Long.MAX_VALUE);
      lab.reopenAndVerify(acknowledged, tried);
    }
    assertThat(outcomes).isNotEmpty();
  }

  /// The advice is to truncate the log: so that has to work on a full disk, and make room.
  @Test
  void aFullLogCanBeTruncatedAndThenGoesOn() throws Exception {
    for (boolean pinned : new boolean[] {false, true}) {
      CrashLab lab = new CrashLab(Seed.of(4));
      WriteAheadLog log = lab.open();
      append(log, 1, 100);
      if (pinned) {
        log.pin("slow-consumer", 1);
      }
      lab.machine.disk().setCapacityBytes(5 * (64 << 10) + 20_000);
      long last = appendUntilFull(log);
      if (pinned) {
        log.unpin("slow-consumer");
      }
      log.truncatePrefix(last);
      assertThat(log.firstIndex()).isEqualTo(last);
      for (int i = 0; i < 20; i++) {
        last = append(log, last + 1, 4_000);
        log.truncatePrefix(last);
      }
      lab.machine.losePower();
      lab.reopenAndVerify(last, last);
    }
  }

  /// What was refused did not happen, and tried again it happens – durably: a log state that is too
  /// long for what is kept free.
  @Test
  void aPinOrATruncationThatWasRefusedIsDurableWhenItIsTriedAgain() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(5));
    WriteAheadLog log = lab.open();
    append(log, 1, 100);
    for (int i = 10; i < 60; i++) {
      log.pin("a pin with a name that is as long as it may be, and a number " + i, 40);
    }
    lab.machine.disk().setCapacityBytes(5 * (64 << 10) + 20_000);
    long last = appendUntilFull(log);
    assertThatThrownBy(() -> log.pin("late", 30)).isInstanceOf(LogFullException.class);
    assertThat(log.pins()).doesNotContainKey("late");
    assertThatThrownBy(() -> log.truncatePrefix(30)).isInstanceOf(LogFullException.class);
    assertThat(log.firstIndex()).isEqualTo(1);
    assertThat(CrashLab.verify(log, 1)).isEqualTo(last);
    String pin = log.pins().firstKey();
    assertThatThrownBy(() -> log.unpin(pin)).isInstanceOf(LogFullException.class);
    assertThat(log.pins()).containsKey(pin);
    lab.machine.disk().setCapacityBytes(Long.MAX_VALUE);
    log.pin("late", 30);
    log.truncatePrefix(30);
    log.unpin(pin);
    lab.machine.losePower();
    try (WriteAheadLog again = lab.open()) {
      assertThat(again.firstIndex()).isEqualTo(30);
      assertThat(again.pins()).containsEntry("late", 30L).doesNotContainKey(pin);
      assertThat(CrashLab.verify(again, 30)).isEqualTo(last);
    }
    assertThat(lab.segments().size()).as("files of the removed part").isLessThan(6);
  }
}
