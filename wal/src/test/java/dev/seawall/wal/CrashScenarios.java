// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.Scenarios.demand;
import static dev.seawall.wal.Scenarios.fill;
import static dev.seawall.wal.Scenarios.open;
import static dev.seawall.wal.Scenarios.options;
import static dev.seawall.wal.Scenarios.payload;
import static dev.seawall.wal.Scenarios.readTo;
import static dev.seawall.wal.Scenarios.segments;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.Verb;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameScanner;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Scenarios that crash one delicate operation at each of its steps, or hurt the disk at one chosen
/// place.
final class CrashScenarios {
  private CrashScenarios() {}

  /// Done to an open log.
  private interface Act {
    void on(WriteAheadLog log, SimMachine machine) throws Exception;
  }

  /// Nobody waits, nothing is synced, the process dies at once: what is in the mapping is there.
  static void appendsSurviveTheProcessInAMapping() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      SimMachine machine = new SimMachine(Seed.of(seed));
      WalOptions mapped = options().withAppendMode(WalOptions.AppendMode.MAPPED);
      WriteAheadLog log = open(machine, mapped);
      for (int i = 1; i <= 30; i++) {
        log.append(payload(i, 300), Durability.BUFFERED);
      }
      machine.killProcess();
      log = open(machine, mapped);
      demand(log.lastIndex() == 30, "30 appends had returned, and there are " + log.lastIndex());
      machine.killProcess();
    }
  }

  /// Prepares a log, then does something and loses the power at its first operation, at its second,
  /// and so on until it gets through; half of the openings behind it lose the power as well.
  private static void everyCrash(int seeds, Act before, Act crashed, Act after) throws Exception {
    for (long value = 1; value <= seeds; value++) {
      Seed seed = Seed.of(value);
      RandomGenerator random = seed.random("second crash");
      boolean through = false;
      for (int operation = 1; !through; operation++) {
        SimMachine machine = new SimMachine(Seed.of(value * 1000 + operation));
        WriteAheadLog log = open(machine, options());
        before.on(log, machine);
        crashAfter(machine, operation);
        try {
          crashed.on(log, machine);
          through = true;
        } catch (SimCrash _) {
          // The next operation is tried in the next round.
        }
        if (random.nextBoolean()) {
          crashAfter(machine, 1 + random.nextInt(20));
        }
        try {
          reopened(machine, after);
        } catch (WalException | AssertionError e) {
          throw new AssertionError(
              "seed %d, power lost at operation %d: %s".formatted(value, operation, e), e);
        }
      }
    }
  }

  /// Two crashes at most are still to come.
  private static void reopened(SimMachine machine, Act after) throws Exception {
    for (int attempt = 1; attempt <= 3; attempt++) {
      try {
        after.on(open(machine, options()), machine);
        return;
      } catch (SimCrash _) {
        // The power went again.
      }
    }
    throw new AssertionError("a third crash");
  }

  private static void crashAfter(SimMachine machine, int operations) {
    machine.disk().add(new Fault.Crash(machine.disk().operations() + operations, Death.POWER));
  }

  static void crashAtEveryOperationOfASuffixTruncation() throws Exception {
    everyCrash(
        12,
        (log, machine) -> fill(log, 30),
        (log, machine) -> {
          log.truncateSuffix(8);
          machine.losePower();
        },
        (log, machine) -> {
          long last = log.lastIndex();
          demand(last == 8 || last == 30, "30 records cut to 8, and there are " + last);
          try (WalReader reader = log.reader(1)) {
            readTo(reader, last, "behind the truncation");
            demand(!reader.next(), "a record behind the last one");
          }
        });
  }

  static void crashAtEveryOperationOfAPrefixTruncation() throws Exception {
    everyCrash(
        6,
        (log, machine) -> fill(log, 80),
        (log, machine) -> {
          log.truncatePrefix(70);
          machine.losePower();
        },
        (log, machine) -> {
          demand(log.lastIndex() == 80, "80 records, and there are " + log.lastIndex());
          demand(log.firstIndex() == 1 || log.firstIndex() == 70, "begins at " + log.firstIndex());
          try (WalReader reader = log.reader(log.firstIndex())) {
            readTo(reader, 80, "behind the truncation");
          }
        });
  }

  /// A few small records: the cut, what is cut off, the commit point and a log state that must
  /// survive stand within two blocks.
  static void crashAtEveryOperationOfASmallSuffixTruncation() throws Exception {
    for (int size = 8; size < 520; size += 40) {
      int bytes = size;
      everyCrash(
          24,
          (log, machine) -> {
            log.append(payload(1, bytes), Durability.SYNCED);
            log.append(payload(2, 8), Durability.SYNCED);
            log.append(payload(3, 8), Durability.SYNCED);
            log.pin("owner", 1);
            log.append(payload(4, 8), Durability.SYNCED);
          },
          (log, machine) -> log.truncateSuffix(2),
          (log, machine) -> {
            long last = log.lastIndex();
            demand(last == 2 || last == 4, "4 records cut to 2, and there are " + last);
            demand(
                Long.valueOf(1).equals(log.pins().get("owner")), "the pin is gone: " + log.pins());
          });
    }
  }

  /// A failed sync leaves pages clean that never reached the medium: readable, and gone with the
  /// power. What an opening keeps of them must be durable.
  static void failedSyncLeavesCleanPages() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      SimMachine machine = Scenarios.machine(seed);
      failSync(machine);
      machine.killProcess();
      WriteAheadLog log = open(machine, options());
      long kept = log.lastIndex();
      demand(log.durableIndex() == kept, "kept " + kept + ", durable " + log.durableIndex());
      machine.losePower();
      log = open(machine, options());
      demand(log.lastIndex() == kept, "kept " + kept + ", then " + log.lastIndex());
      try (WalReader reader = log.reader(1)) {
        readTo(reader, kept, "reopened");
      }
    }
  }

  static void failedSyncIsNotRetried() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      SimMachine machine = Scenarios.machine(seed);
      WriteAheadLog log = failSync(machine);
      long durable = log.durableIndex();
      try {
        log.sync();
        throw new AssertionError("a sync failed, and the next one said that all is well");
      } catch (LogFailedException _) {
        demand(log.durableIndex() == durable, "the durable index moved behind a failed sync");
      }
      machine.losePower();
    }
  }

  /// Five records in the file, none of them synced, and a sync that fails.
  private static WriteAheadLog failSync(SimMachine machine) throws Exception {
    WriteAheadLog log = open(machine, options());
    machine.scheduler().runFor(1_000_000L);
    for (int i = 1; i <= 5; i++) {
      log.append(payload(i, 10_000), Durability.BUFFERED);
      machine.scheduler().runFor(50_000_000L);
    }
    machine.disk().failNext(Verb.SYNC, path -> true);
    try {
      log.sync();
      throw new AssertionError("a sync failed, and nobody was told");
    } catch (LogFailedException _) {
      return log;
    }
  }

  /// One flipped bit in the middle of a durable record: damage, never a torn tail.
  static void rotBeforeAPromiseIsDamage() throws Exception {
    for (int record = 0; record < 4; record++) {
      SimMachine machine = Scenarios.machine(record + 1);
      try (WriteAheadLog log = open(machine, options())) {
        fill(log, 5);
      }
      Path tail = new TreeMap<>(segments(machine)).firstEntry().getValue();
      machine.disk().flipBit(tail, 4096 + 5000 + record * 10_000L, 3);
      Scenarios.demandDamage(machine, "a bit of record " + (record + 1) + " of 5 is flipped");
    }
  }

  /// The write that begins an epoch is lost, or lands elsewhere: opening says so, at once.
  static void misplacedEpochIsFoundAtOnce() throws Exception {
    for (int blocks = -1; blocks <= 1; blocks++) {
      SimMachine machine = Scenarios.machine(blocks + 2);
      try (WriteAheadLog log = open(machine, options())) {
        fill(log, 3);
      }
      // What is kept is written again first, in one write.
      long nth =
          2 + machine.disk().operations(Verb.WRITE) + machine.disk().operations(Verb.DURABLE_WRITE);
      machine
          .disk()
          .add(blocks == 0 ? new Fault.LostWrite(nth) : new Fault.MisdirectedWrite(nth, blocks));
      try (WriteAheadLog log = open(machine, options())) {
        throw new AssertionError(
            "the EPOCH frame is %s, and the log opened with %d records: %s"
                .formatted(blocks == 0 ? "lost" : "misplaced", log.lastIndex(), log.recovery()));
      } catch (StorageException | WalException _) {
        demand(machine.disk().fired().size() == 1, "no write was hurt: the scenario shows nothing");
      }
    }
  }

  /// The sectors that hold an EPOCH frame and the group frame behind it are lost, a record of that
  /// group is there: no crash leaves that, because the EPOCH was synced before.
  static void frameOfAnEpochThatNeverBeganIsDamage() throws Exception {
    SimMachine machine = Scenarios.machine(1);
    try (WriteAheadLog log = open(machine, options())) {
      fill(log, 1);
    }
    WriteAheadLog log = open(machine, options());
    log.append(new WalBatch().add(payload(2, 9000)).add(payload(3, 100)), Durability.SYNCED);
    machine.killProcess();
    Path tail = new TreeMap<>(segments(machine)).firstEntry().getValue();
    ByteBuffer bytes = ByteBuffer.allocate(64 << 10).put(machine.disk().contents(tail)).flip();
    int epoch = Math.toIntExact(positionOf(FrameType.EPOCH, bytes));
    demand(
        Layout.blockFloor(epoch) == Layout.blockFloor(epoch + 128),
        "EPOCH at " + epoch + " ends a block");
    for (int i = epoch; i < Layout.blockCeiling(epoch); i++) {
      bytes.put(i, (byte) 0);
    }
    machine.disk().replaceForeign(tail, bytes);
    Scenarios.demandDamage(machine, "what began the epoch is gone");
  }

  private static long positionOf(FrameType type, ByteBuffer file) {
    MemorySegment memory = MemorySegment.ofBuffer(file);
    if (SegmentHeader.parse(memory, file.limit()) instanceof SegmentHeader.Parsed.Good good) {
      FrameReader frames =
          new FrameReader(good.header().key(), good.header().number(), file.limit(), 1 << 20);
      frames.over(memory, 0, file.limit());
      long[] found = {0};
      FrameScanner.search(
          frames,
          Layout.FIRST_FRAME,
          file.limit(),
          frame -> found[0] = frame.type() == type ? frame.position() : found[0]);
      return found[0];
    }
    throw new AssertionError("no segment");
  }

  /// The seal that ends a cut segment is lost: what was cut off must not come back.
  static void lostSealOfACutSegmentIsFoundAtOnce() throws Exception {
    int hurt = 0;
    for (int nth = 1; nth <= 8; nth++) {
      SimMachine machine = Scenarios.machine(nth);
      WriteAheadLog log = open(machine, options());
      // The cut falls so near to the end of its segment that the log goes on in the next one.
      for (int i = 1; i <= 9; i++) {
        log.append(payload(i, i == 6 ? 5900 : i == 7 ? 1000 : 10_000), Durability.SYNCED);
      }
      log.sync();
      long writes =
          machine.disk().operations(Verb.WRITE) + machine.disk().operations(Verb.DURABLE_WRITE);
      machine.disk().add(new Fault.LostWrite(writes + nth));
      try {
        log.truncateSuffix(6);
        log.append(payload(60, 10_000), Durability.SYNCED);
      } catch (StorageException | WalException _) {
        continue; // Told.
      }
      if (machine.disk().fired().isEmpty()) {
        continue;
      }
      hurt++;
      try (WalReader reader = log.reader(1)) {
        readTo(reader, 5, "behind the truncation");
        demand(reader.next(), "no record 6");
        demand(reader.next(), "no record 7");
        demand(
            java.util.Arrays.equals(reader.payloadBytes(), payload(60, 10_000)),
            "write " + nth + " is lost, and record 7 is one that was cut off");
      } catch (CorruptException _) {
        // Told.
      }
    }
    demand(hurt > 0, "no write was hurt: the scenario shows nothing");
  }
}
