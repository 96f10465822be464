// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Crash cases that random seeds reach seldom or never: each a program without a test framework, so
/// that the mutant check can run it against a broken engine in a second. [#run] runs one by name.
final class Scenarios {
  private static final Path DIRECTORY = WalSubject.DIRECTORY;

  /// One program; it throws when the engine breaks its word.
  interface Scenario {
    void run() throws Exception;
  }

  private Scenarios() {}

  static Map<String, Scenario> all() {
    Map<String, Scenario> all = new TreeMap<>();
    all.put("frameAtAnotherPlaceIsNotValid", FrameScenarios::frameAtAnotherPlaceIsNotValid);
    all.put("frameOfAnotherLogIsNotValid", FrameScenarios::frameOfAnotherLogIsNotValid);
    all.put(
        "staleFrameOfARecycledFileIsNotValid", FrameScenarios::staleFrameOfARecycledFileIsNotValid);
    all.put(
        "frameThatSkipsAnIndexDoesNotBelong", FrameScenarios::frameThatSkipsAnIndexDoesNotBelong);
    all.put("lengthBeyondTheLimitIsNotValid", FrameScenarios::lengthBeyondTheLimitIsNotValid);
    all.put("saltIsDrawnForEveryUse", Scenarios::saltIsDrawnForEveryUse);
    all.put("hardLinkedBackupSurvivesRecycling", Scenarios::hardLinkedBackupSurvivesRecycling);
    all.put("readerInsideADroppedSegmentReadsOn", Scenarios::readerInsideADroppedSegmentReadsOn);
    all.put("pinsHoldTheFloor", Scenarios::pinsHoldTheFloor);
    all.put("pinsRefuseTruncation", Scenarios::pinsRefuseTruncation);
    all.put("clockOneYearAheadDeletesNothing", Scenarios::clockOneYearAheadDeletesNothing);
    all.put("moreThanTenSegmentsAreInOrder", Scenarios::moreThanTenSegmentsAreInOrder);
    all.put("shortenedSegmentIsDamage", Scenarios::shortenedSegmentIsDamage);
    all.put("missingSuccessorIsDamage", Scenarios::missingSuccessorIsDamage);
    all.put("lockFileDeletedUnderALiveLog", Scenarios::lockFileDeletedUnderALiveLog);
    all.put(
        "payloadChangedDuringAppendDoesNotPoisonTheLog",
        Scenarios::payloadChangedDuringAppendDoesNotPoisonTheLog);
    all.put("staleGroupBehindAHoleNeverJoins", Scenarios::staleGroupBehindAHoleNeverJoins);
    all.put(
        "crashAtEveryOperationOfASuffixTruncation",
        CrashScenarios::crashAtEveryOperationOfASuffixTruncation);
    all.put(
        "crashAtEveryOperationOfAPrefixTruncation",
        CrashScenarios::crashAtEveryOperationOfAPrefixTruncation);
    all.put(
        "crashAtEveryOperationOfASmallSuffixTruncation",
        CrashScenarios::crashAtEveryOperationOfASmallSuffixTruncation);
    all.put("misplacedEpochIsFoundAtOnce", CrashScenarios::misplacedEpochIsFoundAtOnce);
    all.put(
        "frameOfAnEpochThatNeverBeganIsDamage",
        CrashScenarios::frameOfAnEpochThatNeverBeganIsDamage);
    all.put(
        "lostSealOfACutSegmentIsFoundAtOnce", CrashScenarios::lostSealOfACutSegmentIsFoundAtOnce);
    all.put("failedSyncLeavesCleanPages", CrashScenarios::failedSyncLeavesCleanPages);
    all.put("failedSyncIsNotRetried", CrashScenarios::failedSyncIsNotRetried);
    all.put("rotBeforeAPromiseIsDamage", CrashScenarios::rotBeforeAPromiseIsDamage);
    all.put(
        "appendsSurviveTheProcessInAMapping", CrashScenarios::appendsSurviveTheProcessInAMapping);
    return all;
  }

  /// Runs a scenario; returns what it threw, or null.
  static @Nullable Throwable run(String name) {
    Scenario scenario = all().get(name);
    if (scenario == null) {
      throw new IllegalArgumentException("no scenario " + name + "; there are " + all().keySet());
    }
    try {
      scenario.run();
      return null;
    } catch (Exception | AssertionError e) {
      return e;
    }
  }

  static void demand(boolean held, String otherwise) {
    if (!held) {
      throw new AssertionError(otherwise);
    }
  }

  static WalOptions options() {
    return WalSubject.smallOptions().withSegmentBytes(64 << 10).withFirstSegmentBytes(64 << 10);
  }

  static SimMachine machine(long seed) {
    return new SimMachine(Seed.of(seed));
  }

  static WriteAheadLog open(SimMachine machine, WalOptions options)
      throws WalException, StorageException {
    return WriteAheadLog.open(DIRECTORY, options, machine.machine());
  }

  static byte[] payload(long index, int bytes) {
    byte[] payload = new byte[bytes];
    Arrays.fill(payload, (byte) (index * 31 + 7));
    payload[0] = (byte) index;
    return payload;
  }

  /// Appends records of 10,000 bytes up to an index.
  static void fill(WriteAheadLog log, long to) throws WalException, InterruptedException {
    for (long i = log.lastIndex() + 1; i <= to; i++) {
      log.append(payload(i, 10_000), Durability.SYNCED);
    }
  }

  static void readTo(WalReader reader, long to, String who) throws Exception {
    for (long i = reader.nextIndex(); i <= to; i++) {
      demand(reader.next(), who + ": no record " + i);
      demand(reader.index() == i, who + ": record " + reader.index() + ", expected " + i);
      demand(
          Arrays.equals(reader.payloadBytes(), payload(i, 10_000)),
          who + ": record " + i + " has other bytes");
    }
  }

  /// The log's files by segment number.
  static Map<Long, Path> segments(SimMachine machine) {
    Map<Long, Path> found = new TreeMap<>();
    for (Path path : machine.disk().files().keySet()) {
      String name = path.getFileName().toString();
      if (path.startsWith(DIRECTORY) && name.endsWith(".log") && !name.endsWith("-pre.log")) {
        String number = name.substring(name.lastIndexOf('-') + 1, name.length() - 4);
        found.put(Long.parseLong(number), path);
      }
    }
    return found;
  }

  private static void settle(SimMachine machine) {
    machine.scheduler().runFor(5_000_000_000L);
  }

  private static void saltIsDrawnForEveryUse() throws Exception {
    SimMachine machine = machine(1);
    Map<Long, Long> numberBySalt = new HashMap<>();
    try (WriteAheadLog log = open(machine, options())) {
      for (int round = 1; round <= 8; round++) {
        fill(log, round * 12L);
        settle(machine);
        for (Map.Entry<Long, Path> file : segments(machine).entrySet()) {
          ByteBuffer bytes = machine.disk().contents(file.getValue());
          long salt = Long.reverseBytes(bytes.getLong(32));
          Long other = numberBySalt.put(salt, file.getKey());
          demand(
              other == null || other.equals(file.getKey()),
              "segments " + other + " and " + file.getKey() + " have one salt");
        }
        log.truncatePrefix(log.durableIndex() - 2);
      }
      demand(
          log.stats().recycledSegments() > 0, "no file was used again: the scenario shows nothing");
    }
  }

  private static void hardLinkedBackupSurvivesRecycling() throws Exception {
    SimMachine machine = machine(1);
    try (WriteAheadLog log = open(machine, options())) {
      fill(log, 20);
      machine.files().createDirectories(Path.of("/data/backup"));
      Map<Path, ByteBuffer> backups = new HashMap<>();
      for (Path path : List.copyOf(segments(machine).values()).subList(0, 2)) {
        Path backup = Path.of("/data/backup").resolve(path.getFileName());
        machine.disk().link(path, backup);
        backups.put(backup, machine.disk().contents(path));
      }
      log.truncatePrefix(20);
      fill(log, 60);
      settle(machine);
      backups.forEach((backup, bytes) ->
          demand(
              machine.disk().contents(backup).equals(bytes),
              "backup " + backup + " was overwritten"));
    }
  }

  private static void readerInsideADroppedSegmentReadsOn() throws Exception {
    SimMachine machine = machine(1);
    WalOptions options =
        WalSubject.smallOptions().withSegmentBytes(1 << 20).withFirstSegmentBytes(1 << 20);
    try (WriteAheadLog log = open(machine, options)) {
      fill(log, 150);
      try (WalReader reader = log.reader(1)) {
        readTo(reader, 3, "before");
        log.truncatePrefix(140);
        fill(log, 400);
        readTo(reader, 95, "a reader inside a dropped segment");
      }
    }
  }

  private static void pinsHoldTheFloor() throws Exception {
    SimMachine machine = machine(1);
    WalOptions options = options().withRetention(Retention.keep().withMaxBytes(128 << 10));
    try (WriteAheadLog log = open(machine, options)) {
      fill(log, 1);
      log.pin("slow", 8);
      fill(log, 60);
      settle(machine);
      demand(log.firstIndex() <= 8, "a pin needs record 8, the log begins at " + log.firstIndex());
      demand(log.firstIndex() > 1, "nothing was swept: the scenario shows nothing");
      try (WalReader reader = log.reader(log.firstIndex())) {
        readTo(reader, 60, "behind the sweep");
      }
    }
  }

  private static void pinsRefuseTruncation() throws Exception {
    SimMachine machine = machine(1);
    try (WriteAheadLog log = open(machine, options())) {
      fill(log, 20);
      log.pin("archive", 5);
      try {
        log.truncatePrefix(10);
        throw new AssertionError("record 5 is pinned, and everything below 10 was dropped");
      } catch (TruncationRefusedException _) {
        demand(log.firstIndex() == 1, "refused, and the log begins at " + log.firstIndex());
      }
    }
  }

  private static void clockOneYearAheadDeletesNothing() throws Exception {
    SimMachine machine = machine(1);
    WalOptions options = options().withRetention(Retention.keep().withMaxAge(Duration.ofDays(30)));
    try (WriteAheadLog log = open(machine, options)) {
      fill(log, 40);
      machine.time().jumpWall(Duration.ofDays(365).toMillis());
      fill(log, 60);
      settle(machine);
      demand(log.firstIndex() == 1, "the clock jumped, and the log begins at " + log.firstIndex());
    }
  }

  private static void moreThanTenSegmentsAreInOrder() throws Exception {
    SimMachine machine = machine(1);
    try (WriteAheadLog log = open(machine, options())) {
      for (long to = 5; to <= 80; to += 5) {
        fill(log, to);
        machine.time().jumpWall(-60_000);
      }
    }
    demand(segments(machine).size() > 10, "only " + segments(machine).size() + " segments");
    try (WriteAheadLog log = open(machine, options());
        WalReader reader = log.reader(1)) {
      demand(log.lastIndex() == 80, "80 records, reopened with " + log.lastIndex());
      readTo(reader, 80, "reopened");
    }
  }

  private static void shortenedSegmentIsDamage() throws Exception {
    SimMachine machine = machine(1);
    try (WriteAheadLog log = open(machine, options())) {
      fill(log, 2);
    }
    Path tail = new TreeMap<>(segments(machine)).firstEntry().getValue();
    machine.disk().replaceForeign(tail, machine.disk().contents(tail).slice(0, 40 << 10));
    demandDamage(machine, "a file shorter than its header says");
  }

  private static void missingSuccessorIsDamage() throws Exception {
    SimMachine machine = machine(1);
    try (WriteAheadLog log = open(machine, options())) {
      fill(log, 10);
    }
    TreeMap<Long, Path> files = new TreeMap<>(segments(machine));
    demand(files.size() > 1, "one segment only");
    files.tailMap(2L).values().forEach(machine.disk()::deleteForeign);
    demandDamage(machine, "the segment that the seal names is gone");
  }

  static void demandDamage(SimMachine machine, String what) throws Exception {
    try (WriteAheadLog log = open(machine, options())) {
      throw new AssertionError(what + ", and the log opened with records up to " + log.lastIndex());
    } catch (CorruptException _) {
      // Told.
    }
  }

  private static void lockFileDeletedUnderALiveLog() throws Exception {
    SimMachine machine = machine(1);
    WriteAheadLog log = open(machine, options());
    fill(log, 2);
    machine.disk().deleteForeign(DIRECTORY.resolve("LOCK"));
    try {
      fill(log, 30);
      throw new AssertionError(
          "LOCK is gone, and the log rolled " + segments(machine).size() + " times");
    } catch (LogFailedException _) {
      // Told, at the first roll.
    }
  }

  private static void payloadChangedDuringAppendDoesNotPoisonTheLog() throws Exception {
    SimMachine machine = machine(1);
    try (WriteAheadLog log = open(machine, options())) {
      byte[] changed = payload(1, 100);
      WalBatch batch = new WalBatch().add(changed);
      changed[50] ^= 1;
      try {
        log.append(batch, Durability.SYNCED);
        throw new AssertionError("the payload was changed after its checksum, and nobody was told");
      } catch (PayloadChangedException _) {
        // Told; the record stands there with the bytes that were copied.
      }
      log.append(payload(2, 100), Durability.SYNCED);
    }
    try (WriteAheadLog log = open(machine, options())) {
      demand(log.lastIndex() == 2, "2 records, reopened with " + log.lastIndex());
    }
  }

  /// Two groups in flight; the power goes, the first is lost, the second is there. The caller tries
  /// the first again, with the same bytes: what stands behind must not join it.
  private static void staleGroupBehindAHoleNeverJoins() throws Exception {
    int holes = 0;
    for (long seed = 1; seed <= 100; seed++) {
      SimMachine machine = new SimMachine(Seed.of(seed), SimOptions.defaults().withDepth(4));
      List<byte[]> first = List.of(payload(1, 100), payload(2, 100));
      WriteAheadLog log = open(machine, options());
      machine.scheduler().runFor(1_000_000L);
      appendGroup(log, first);
      machine.scheduler().step();
      appendGroup(log, List.of(payload(3, 100), payload(4, 100)));
      machine.scheduler().step();
      log.sync();
      machine.killProcess();
      loseFirstGroup(machine);
      try {
        log = open(machine, options());
      } catch (CorruptException _) {
        continue; // The second group promises the first: they were not in flight together.
      }
      holes++;
      demand(log.lastIndex() == 0, "kept behind the hole: " + log.lastIndex());
      appendGroup(log, first);
      log.sync();
      machine.killProcess();
      log = open(machine, options());
      demand(
          log.lastIndex() == 2,
          "2 records were appended after the hole, and there are %d (seed %d)"
              .formatted(log.lastIndex(), seed));
      machine.killProcess();
    }
    demand(holes > 3, "only " + holes + " holes: the scenario shows nothing");
  }

  /// Writes in flight are unordered: the first one may be lost and the second not. Here it is,
  /// behind the segment's first frame.
  private static void loseFirstGroup(SimMachine machine) {
    Path path = new TreeMap<>(segments(machine)).firstEntry().getValue();
    ByteBuffer bytes = ByteBuffer.allocate(64 << 10).put(machine.disk().contents(path)).flip();
    for (int i = 4096 + 136; i < 8192; i++) {
      bytes.put(i, (byte) 0);
    }
    machine.disk().replaceForeign(path, bytes);
  }

  /// Appends without waiting.
  private static void appendGroup(WriteAheadLog log, List<byte[]> payloads) throws Exception {
    for (byte[] payload : payloads) {
      var _ = log.appendAsync(payload, Durability.SYNCED);
    }
  }
}
