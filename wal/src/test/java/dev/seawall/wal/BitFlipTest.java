// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every byte of a small log of several segments flipped, one at a time, and every file cut at
/// every length: I-1, I-2, I-3, I-11.
///
/// Usually one bit of every byte that means something, and of every 61st byte of the filler; with
/// `-Dflips=all` each bit of each byte. Prints the table of outcomes.
class BitFlipTest {
  private static final boolean ALL = "all".equals(System.getProperty("flips"));
  private static final int FILLER_STEP = 61;

  /// A log, dead.
  private record Victim(String name, CrashLab lab, Map<Path, byte[]> files, Hurt.Whole whole) {}

  private enum End {
    CLOSED,
    KILLED_IDLE,
    KILLED_IN_A_BURST
  }

  /// How the victim is written and read; other modules have theirs.
  WalOptions options() {
    return CrashLab.tiny();
  }

  /// Three sealed segments and an active one, a pin, records of 17 to 76 bytes, batches.
  private Victim victim(End end) throws Exception {
    CrashLab lab = new CrashLab(Seed.of(42), SimOptions.defaults(), options());
    WriteAheadLog log = lab.open();
    long last = fill(log, 0);
    for (int segment = 0; segment < 2; segment++) {
      log.roll();
      last = fill(log, last);
    }
    log.pin("archive", 2);
    log.roll();
    last = fill(log, last);
    switch (end) {
      case CLOSED -> log.close();
      case KILLED_IDLE -> {
        lab.machine.scheduler().runFor(3_000_000_000L);
        lab.machine.killProcess();
      }
      case KILLED_IN_A_BURST -> {
        for (int i = 0; i < 6; i++) {
          last = append(log, last + 1, Hurt.length(last + 1));
        }
        lab.machine.killProcess();
      }
    }
    Map<Path, byte[]> files = lab.snapshot();
    long promised;
    try (ReadOnlyLog whole = lab.openForReading()) {
      check(whole.lastIndex(Visibility.WRITTEN) == last, "the victim is hurt already");
      promised = whole.lastIndex(Visibility.DURABLE);
    }
    check(end == End.KILLED_IN_A_BURST || promised == last, end + ", promised up to " + promised);
    return new Victim(
        end.name().toLowerCase(java.util.Locale.ROOT), lab, files, new Hurt.Whole(last, promised));
  }

  private static long fill(WriteAheadLog log, long last) throws Exception {
    long next = append(log, last + 1, Hurt.length(last + 1)) + 1;
    WalBatch batch = new WalBatch();
    for (long i = next; i < next + 3; i++) {
      batch.add(CrashLab.payload(i, Hurt.length(i)), 0, Hurt.length(i), 1_000);
    }
    return log.append(batch);
  }

  @Test
  void everyFlippedBitIsHarmlessOrTold() throws Exception {
    List<String> rows = new ArrayList<>(List.of(Hurt.Table.head()));
    for (End end : End.values()) {
      Victim victim = victim(end);
      Hurt.Table table = new Hurt.Table();
      RandomGenerator random = new SplittableRandom(end.name().length());
      for (Path file : victim.lab.segments()) {
        if (!sealedToo(end) && !file.equals(victim.lab.tail())) {
          continue;
        }
        for (long at : places(victim, file)) {
          int bit = random.nextInt(8);
          for (int i = 0; i < (ALL ? 8 : 1); i++) {
            flipAndJudge(victim, table, file, at, (bit + i) % 8);
          }
        }
      }
      rows.add(table.rows("flip " + victim.name));
      assertThat(table.writers(Hurt.Outcome.CORRUPT_AT_OPEN)).isPositive();
      assertThat(table.writers(Hurt.Outcome.CORRUPT_AT_READ) > 0).isEqualTo(sealedToo(end));
      assertThat(table.writers(Hurt.Outcome.DAMAGED_RANGE) > 0).isEqualTo(sealedToo(end));
      assertThat(table.writers(Hurt.Outcome.TORN_AND_TOLD) > 0)
          .as("only a burst leaves something without a promise")
          .isEqualTo(end == End.KILLED_IN_A_BURST);
    }
    rows.forEach(System.out::println);
  }

  /// Idle and closed differ in the last segment only.
  private static boolean sealedToo(End end) {
    return ALL || end != End.KILLED_IDLE;
  }

  private static void flipAndJudge(Victim victim, Hurt.Table table, Path file, long at, int bit)
      throws Exception {
    CrashLab lab = victim.lab;
    lab.machine.disk().flipBit(file, at, bit);
    judge(victim, table, "bit " + bit + " of byte " + at + " of " + file.getFileName());
  }

  private static void judge(Victim victim, Hurt.Table table, String what) throws Exception {
    try {
      Hurt.Outcome reader = Hurt.read(victim.lab::openForReading, victim.whole);
      Hurt.Outcome writer = Hurt.write(victim.lab::open, victim.whole);
      check(
          writer != Hurt.Outcome.HARMLESS || reader == Hurt.Outcome.HARMLESS,
          "harmless to the writer, to a reader " + reader);
      table.count(writer, reader);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(victim.name + ", " + what + ": " + e.getMessage(), e);
    }
    victim.lab.machine.killProcess();
    victim.lab.restore(victim.files);
  }

  /// Every byte of the header and of the blocks that hold frames; of the zeros behind, a sample.
  private static List<Long> places(Victim victim, Path file) {
    long length = victim.files.get(file).length;
    List<CrashLab.Frame> frames = victim.lab.frames(file);
    long end = frames.isEmpty() ? 4_096 : frames.getLast().end();
    List<Long> places = new ArrayList<>();
    for (long at = 0; at < length; at++) {
      boolean means = at < 80 || (at >= 4_096 && at < end + 16);
      if (ALL || means || at % (FILLER_STEP * 8) == 0) {
        places.add(at);
      }
    }
    return places;
  }

  @Test
  void everyCutFileIsHarmlessOrTold() throws Exception {
    List<String> rows = new ArrayList<>(List.of(Hurt.Table.head()));
    for (End end : End.values()) {
      Victim victim = victim(end);
      Hurt.Table table = new Hurt.Table();
      for (Path file : victim.lab.segments()) {
        byte[] bytes = victim.files.get(file);
        int step = ALL ? 1 : 1_021;
        for (int length = 0; length < bytes.length; length += length < 80 ? 13 : step) {
          victim.lab.put(file, Arrays.copyOf(bytes, length));
          judge(victim, table, file.getFileName() + " cut to " + length);
        }
        victim.lab.put(file, Arrays.copyOf(bytes, bytes.length + 4_096));
        judge(victim, table, file.getFileName() + " made longer");
      }
      rows.add(table.rows("cut " + victim.name));
      assertThat(table.writers(Hurt.Outcome.TORN_AND_TOLD)).isZero();
      assertThat(table.writers(Hurt.Outcome.HARMLESS)).as("the longer ones").isPositive();
    }
    rows.forEach(System.out::println);
  }

  /// The same with the files of the operating system, for a sample, on every way to the disk.
  @ParameterizedTest
  @EnumSource
  void aSampleOfFlipsOnRealFilesIsHarmlessOrTold(RealWay way, @TempDir Path temp) throws Exception {
    way.assumeThatItWorks();
    WalOptions options = way.of(options());
    Path directory = temp.resolve("log");
    Hurt.Whole whole;
    try (WriteAheadLog log = WriteAheadLog.open(directory, options, way.backend())) {
      long last = fill(log, 0);
      log.roll();
      last = fill(log, last);
      log.roll();
      last = fill(log, last);
      whole = new Hurt.Whole(last, last);
    }
    RandomGenerator random = new SplittableRandom(way.name().hashCode());
    Hurt.Table table = new Hurt.Table();
    List<Path> files;
    try (var stream = Files.list(directory)) {
      files = stream.filter(f -> f.toString().endsWith(".log")).sorted().toList();
    }
    for (int i = 0; i < 24; i++) {
      Path copy = Files.createDirectory(temp.resolve("copy" + i));
      for (Path file : files) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
      Path victim = copy.resolve(files.get(random.nextInt(files.size())).getFileName());
      byte[] bytes = Files.readAllBytes(victim);
      bytes[random.nextBoolean() ? random.nextInt(72) : 4_096 + random.nextInt(700)] ^=
          (byte) (1 << random.nextInt(8));
      Files.write(victim, bytes);
      Hurt.Outcome reader = Hurt.read(() -> ReadOnlyLog.open(copy, options), whole);
      Hurt.Outcome writer =
          Hurt.write(() -> WriteAheadLog.open(copy, options, way.backend()), whole);
      table.count(writer, reader);
    }
    assertThat(table.writers(Hurt.Outcome.TORN_AND_TOLD)).isZero();
    System.out.println(Hurt.Table.head() + "\n" + table.rows("flip, real files, closed, " + way));
  }
}
