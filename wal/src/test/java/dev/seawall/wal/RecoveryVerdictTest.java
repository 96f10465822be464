// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimOptions;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.SegmentHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The table in `recovery/package-info`, row by row: what stands in the directory, what open says.
/// I-3, I-4, I-6, I-9, I-15.
class RecoveryVerdictTest {
  private static final long RECORDS = 30;

  /// Classes of verdicts.
  private enum Verdict {
    NEW,
    CLEAN,
    TORN,
    DAMAGED_RANGE,
    CORRUPT,
    TOO_NEW,
    TOO_OLD,
    STORAGE
  }

  /// A healthy dead log of four segments, 30 records, closed or killed in a burst.
  private static CrashLab log(boolean closed) throws Exception {
    CrashLab lab = new CrashLab(Seed.of(9), SimOptions.defaults(), CrashLab.tiny());
    WriteAheadLog log = lab.open();
    for (long i = 1; i <= RECORDS; i++) {
      append(log, i, Hurt.length(i));
      if (i % 8 == 0) {
        log.roll();
      }
    }
    if (closed) {
      log.close();
    } else {
      lab.machine.killProcess();
    }
    return lab;
  }

  private static Verdict open(CrashLab lab) throws Exception {
    return open(lab, RECORDS);
  }

  /// Opens, and when that works reads what is there, appends, closes, and opens once more: the same
  /// log and nothing left to do.
  private static Verdict open(CrashLab lab, long last) throws Exception {
    Verdict verdict;
    try (WriteAheadLog log = lab.open()) {
      RecoveryReport report = log.recovery();
      verdict =
          !report.damagedRanges().isEmpty()
              ? Verdict.DAMAGED_RANGE
              : Verdict.valueOf(report.verdict().name());
      assertThat(log.lastIndex()).isEqualTo(last);
      append(log, last + 1, Hurt.length(last + 1));
      if (verdict != Verdict.DAMAGED_RANGE) {
        assertThat(CrashLab.verify(log, log.firstIndex())).isEqualTo(last + 1);
      }
    } catch (CorruptException e) {
      assertThat(e).hasMessageContaining("seawall wal");
      return Verdict.CORRUPT;
    } catch (FormatTooNewException e) {
      return Verdict.TOO_NEW;
    } catch (FormatTooOldException e) {
      return Verdict.TOO_OLD;
    } catch (StorageException e) {
      return Verdict.STORAGE;
    }
    try (WriteAheadLog log = lab.open()) {
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
      assertThat(log.lastIndex()).isEqualTo(last + 1);
      assertThat(log.recovery().damagedRanges().isEmpty())
          .isEqualTo(verdict != Verdict.DAMAGED_RANGE);
    }
    return verdict;
  }

  private static Path name(long number) {
    return CrashLab.DIRECTORY.resolve("seawall-1-" + number + ".log");
  }

  private static Path sealed(CrashLab lab) {
    return lab.segments().get(1);
  }

  /// Writes another header in front of a file's frames.
  private static void head(CrashLab lab, Path file, SegmentHeader header) {
    byte[] bytes = lab.bytes(file);
    MemorySegment block = MemorySegment.ofArray(bytes);
    header.encode(block);
    lab.put(file, bytes);
  }

  private static byte[] empty(CrashLab lab, long number, long salt) {
    SegmentHeader mine = lab.header(lab.tail()).orElseThrow();
    byte[] bytes = new byte[64 << 10];
    new SegmentHeader(
            new FrameKey(mine.key().logIdHigh(), mine.key().logIdLow(), salt), number, 1, 64 << 10)
        .encode(MemorySegment.ofArray(bytes));
    return bytes;
  }

  @Test
  void anEmptyDirectoryAndAHealthyLog() throws Exception {
    CrashLab fresh = new CrashLab(Seed.of(1));
    assertThat(open(fresh, 0)).isEqualTo(Verdict.NEW);
    assertThat(open(log(true))).isEqualTo(Verdict.CLEAN);
    assertThat(open(log(false))).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void aPreparedEmptyFileWithAFinalNameIsRemoved() throws Exception {
    CrashLab lab = log(true);
    lab.put(name(70), empty(lab, 70, 5));
    assertThat(open(lab)).isEqualTo(Verdict.CLEAN);
    assertThat(lab.machine.disk().files()).doesNotContainKey(name(70));
    assertThat(lab.number(lab.segments().getLast()).orElseThrow())
        .as("its number is not given out again")
        .satisfies(number -> assertThat(number == 70).isFalse());
  }

  @Test
  void filesThatWerePreparedAreRemovedWhateverIsInThem() throws Exception {
    for (byte[] content : List.of(new byte[0], new byte[100], new byte[70_000])) {
      CrashLab lab = log(false);
      Path pre = CrashLab.DIRECTORY.resolve("seawall-1-71-pre.log");
      Arrays.fill(content, (byte) 0x5a);
      lab.put(pre, content);
      assertThat(open(lab)).isEqualTo(Verdict.CLEAN);
      assertThat(lab.machine.disk().files()).doesNotContainKey(pre);
    }
  }

  @Test
  void twoFilesOfOneNumberAreCorrupt() throws Exception {
    for (int which = 0; which < 3; which++) {
      CrashLab lab = log(true);
      Path file = lab.segments().get(which);
      lab.put(name(lab.number(file).orElseThrow()), lab.bytes(file));
      assertThat(open(lab)).isEqualTo(Verdict.CORRUPT);
    }
  }

  @Test
  void aSealWhoseSuccessorHasNoFrameGoesOnThere() throws Exception {
    CrashLab lab = log(false);
    Path tail = lab.tail();
    lab.put(tail, empty(lab, lab.number(tail).orElseThrow(), 77));
    assertThat(lab.frames(tail)).isEmpty();
    assertThat(open(lab, 24)).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void aSealWithoutSuccessorIsCorrupt() throws Exception {
    CrashLab lab = log(true);
    lab.segments().stream()
        .filter(f -> lab.number(f).orElseThrow() >= lab.number(lab.tail()).orElseThrow())
        .toList()
        .forEach(lab.machine.disk()::deleteForeign);
    assertThat(lab.frames(lab.tail()).getLast().type()).isEqualTo(FrameType.SEAL);
    assertThat(open(lab)).isEqualTo(Verdict.CORRUPT);
  }

  @Test
  void aSuccessorWithoutSealInFrontIsADamagedRange() throws Exception {
    CrashLab lab = log(true);
    Path file = sealed(lab);
    CrashLab.Frame seal = lab.frames(file).getLast();
    lab.zero(file, seal.position(), seal.end());
    assertThat(open(lab)).isEqualTo(Verdict.DAMAGED_RANGE);
  }

  @Test
  void aTornEpochFrameIsCutAgainWithAHigherEpoch() throws Exception {
    CrashLab lab = log(false);
    WriteAheadLog log = lab.open();
    long first = log.recovery().epoch();
    lab.machine.killProcess();
    CrashLab.Frame epoch = lab.frames(lab.tail()).getLast();
    assertThat(epoch.type()).isEqualTo(FrameType.EPOCH);
    byte[] bytes = lab.bytes(epoch.file());
    Arrays.fill(bytes, (int) epoch.position() + 24, (int) epoch.end(), (byte) 0);
    lab.put(epoch.file(), bytes);
    WriteAheadLog again = lab.open();
    assertThat(again.lastIndex()).isEqualTo(RECORDS);
    assertThat(again.recovery().epoch()).isGreaterThanOrEqualTo(first);
    lab.machine.killProcess();
    assertThat(open(lab)).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void aTornGroupIsCutAndTold() throws Exception {
    CrashLab lab = log(false);
    CrashLab.Frame last = lab.record(RECORDS);
    lab.zero(last.file(), last.position() + 16, last.end());
    assertThat(open(lab, RECORDS - 1)).isEqualTo(Verdict.TORN);
  }

  @Test
  void anOversizeSegmentThatIsCutIsCorrupt() throws Exception {
    CrashLab lab = log(false);
    WriteAheadLog log = lab.open();
    append(log, RECORDS + 1, 200_000);
    lab.machine.killProcess();
    Path oversize = lab.tail();
    byte[] bytes = lab.bytes(oversize);
    assertThat(bytes.length).isGreaterThan(200_000);
    lab.put(oversize, Arrays.copyOf(bytes, bytes.length - 8_192));
    assertThat(open(lab)).isEqualTo(Verdict.CORRUPT);
    byte[] torn = bytes.clone();
    torn[Layout.FIRST_FRAME + 150_000] ^= 1;
    lab.put(oversize, torn);
    assertThat(open(lab)).as("unpromised, and only torn").isEqualTo(Verdict.TORN);
  }

  @Test
  void aFileThatIsShorterThanItsHeaderSaysIsDamageAndALongerOneIsNot() throws Exception {
    CrashLab shortTail = log(true);
    Path tail = shortTail.tail();
    shortTail.put(tail, Arrays.copyOf(shortTail.bytes(tail), 40_000));
    assertThat(open(shortTail)).isEqualTo(Verdict.CORRUPT);
    CrashLab shortSealed = log(true);
    Path file = sealed(shortSealed);
    shortSealed.put(file, Arrays.copyOf(shortSealed.bytes(file), 40_000));
    assertThat(open(shortSealed)).isEqualTo(Verdict.DAMAGED_RANGE);
    for (boolean ofTail : new boolean[] {false, true}) {
      CrashLab longer = log(true);
      Path grown = ofTail ? longer.tail() : sealed(longer);
      longer.put(grown, Arrays.copyOf(longer.bytes(grown), 90_000));
      assertThat(open(longer)).isEqualTo(Verdict.CLEAN);
    }
  }

  @Test
  void aMissingPredecessorIsADamagedRange() throws Exception {
    for (int which = 0; which < 3; which++) {
      CrashLab lab = log(true);
      lab.machine.disk().deleteForeign(lab.segments().get(which));
      assertThat(open(lab)).isEqualTo(Verdict.DAMAGED_RANGE);
    }
  }

  @Test
  void filesThatAreNoSegmentsUnderASegmentsNameAreCorrupt() throws Exception {
    CrashLab zero = log(true);
    zero.put(name(80), new byte[0]);
    assertThat(open(zero)).isEqualTo(Verdict.CORRUPT);
    CrashLab text = log(true);
    text.put(
        name(80),
        "not a segment, but long enough to be read as one "
            .repeat(9)
            .getBytes(StandardCharsets.UTF_8));
    assertThat(open(text)).isEqualTo(Verdict.CORRUPT);
    CrashLab directory = log(true);
    directory.machine.files().createDirectories(name(80));
    assertThat(open(directory)).isEqualTo(Verdict.CORRUPT);
  }

  @Test
  void aHeaderThatContradictsItsNameIsCorrupt() throws Exception {
    CrashLab lab = log(true);
    lab.put(name(80), empty(lab, 81, 5));
    assertThat(open(lab)).isEqualTo(Verdict.CORRUPT);
  }

  /// Its checksum is right, so only the values are wrong: nothing is allocated by them.
  @Test
  void aHeaderWithALengthThatCannotBeIsCorrupt() throws Exception {
    for (long bytes : new long[] {-1, Long.MIN_VALUE, 0, 100, 4_096, 4_100, Long.MAX_VALUE}) {
      CrashLab lab = log(true);
      Path tail = lab.tail();
      SegmentHeader header = lab.header(tail).orElseThrow();
      head(lab, tail, new SegmentHeader(header.key(), header.number(), 1, bytes));
      assertThat(open(lab)).as("length %d", bytes).isEqualTo(Verdict.CORRUPT);
    }
  }

  /// A file of another log, copied here by mistake, must not take this log's place – least of all
  /// lead to the removal of its files.
  @Test
  void aFileOfAnotherLogIsCorruptAndRemovesNothing() throws Exception {
    for (boolean truncated : new boolean[] {false, true}) {
      CrashLab other = new CrashLab(Seed.of(77));
      try (WriteAheadLog log = other.open()) {
        for (long i = 1; i <= 40; i++) {
          append(log, i, 10);
          if (i % 4 == 0) {
            log.roll();
          }
        }
        append(log, 41, 10);
        if (truncated) {
          log.truncatePrefix(41);
        }
      }
      CrashLab lab = log(true);
      Path foreign = other.tail();
      lab.put(CrashLab.DIRECTORY.resolve(foreign.getFileName()), other.bytes(foreign));
      List<Path> before = lab.segments();
      assertThat(open(lab)).isEqualTo(Verdict.CORRUPT);
      assertThat(lab.segments()).containsAll(before);
      lab.machine.disk().deleteForeign(CrashLab.DIRECTORY.resolve(foreign.getFileName()));
      assertThat(open(lab)).isEqualTo(Verdict.CLEAN);
    }
  }

  @Test
  void anotherVersionIsTooNewOrTooOldAndNeverCorrupt() throws Exception {
    for (int version : new int[] {2, 0}) {
      CrashLab lab = log(true);
      Path tail = lab.tail();
      byte[] bytes = lab.bytes(tail);
      MemorySegment block = MemorySegment.ofArray(bytes);
      block.set(ValueLayout.JAVA_SHORT_UNALIGNED, 8, (short) version);
      RightChecksum.stamp(block);
      lab.put(tail, bytes);
      assertThat(open(lab)).isEqualTo(version == 0 ? Verdict.TOO_OLD : Verdict.TOO_NEW);
    }
    CrashLab lab = log(true);
    byte[] bytes = lab.bytes(lab.tail());
    bytes[12] = 4;
    RightChecksum.stamp(MemorySegment.ofArray(bytes));
    lab.put(lab.tail(), bytes);
    assertThat(open(lab)).isEqualTo(Verdict.TOO_NEW);
  }

  /// Stamps a changed segment header as a newer program would.
  private static final class RightChecksum {
    static void stamp(MemorySegment block) {
      long state = 0;
      for (int i = 0; i < 8; i++) {
        state = dev.seawall.wal.internal.frame.Mix.step(state, block.get(Layout.U64, i * 8L));
      }
      block.set(Layout.U64, 64, dev.seawall.wal.internal.frame.Mix.finish(state));
    }
  }

  /// The first frame of the active segment: promised it is damage; torn before anything was
  /// promised there, the segment only waits.
  @Test
  void aTornStateFrameIsDamageOnceItIsPromised() throws Exception {
    CrashLab promised = log(false);
    promised.zero(promised.tail(), Layout.FIRST_FRAME, Layout.FIRST_FRAME + 100);
    assertThat(open(promised)).isEqualTo(Verdict.CORRUPT);
    CrashLab lab = new CrashLab(Seed.of(9));
    WriteAheadLog log = lab.open();
    append(log, 1, 100);
    log.roll();
    append(log, 2, 100);
    lab.machine.killProcess();
    lab.zero(lab.tail(), Layout.FIRST_FRAME, Layout.FIRST_FRAME + 100);
    assertThat(open(lab, 1)).isEqualTo(Verdict.TORN);
  }

  /// A segment whose first frame is torn only waits, and what its other frames promise of the one
  /// before it holds all the same.
  @Test
  void aPromiseInASegmentThatOnlyWaitsCounts() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(9));
    WriteAheadLog log = lab.open();
    append(log, 1, 100);
    append(log, 2, 100, Durability.BUFFERED);
    log.roll();
    append(log, 3, 100);
    lab.machine.killProcess();
    CrashLab.Frame promised = lab.record(2);
    lab.zero(lab.tail(), Layout.FIRST_FRAME, Layout.FIRST_FRAME + 100);
    lab.machine.disk().flipBit(promised.file(), promised.position() + 50, 1);
    assertThat(open(lab, 1)).isEqualTo(Verdict.CORRUPT);
  }
}
