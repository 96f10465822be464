// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static dev.seawall.wal.CrashLab.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.wal.internal.frame.ControlFrames;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.Promise;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Rot before and behind the promise, and bytes that only look like a promise: I-3, I-11.
class DamageCrashTest {
  /// Bytes 100 of the frames are the log state, those of a record its payload; both are promised by
  /// every later group.
  @Test
  void rotAtByte100WithPromisesBehind() throws Exception {
    for (boolean inRecord : new boolean[] {false, true}) {
      CrashLab lab = new CrashLab(Seed.of(1));
      WriteAheadLog log = lab.open();
      for (long i = 1; i <= 20; i++) {
        append(log, i, 200);
      }
      lab.machine.killProcess();
      Path file = lab.tail();
      long at = (inRecord ? lab.record(1).position() : Layout.FIRST_FRAME) + 100;
      lab.machine.disk().flipBit(file, at, 3);
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(lab::open)
            .isInstanceOfSatisfying(
                CorruptException.class,
                e -> {
                  assertThat(e.file()).isEqualTo(file);
                  assertThat(e.position()).isBetween(at - 140, at);
                  assertThat(e).hasMessageContaining("seawall wal verify");
                });
      }
      if (inRecord) {
        try (ReadOnlyLog readable = lab.openForReading()) {
          assertThat(readable.damage()).isPresent();
          assertThat(readable.lastIndex(Visibility.WRITTEN)).isZero();
        }
      }
      lab.machine.disk().flipBit(file, at, 3);
      lab.reopenAndVerify(20, 20);
    }
  }

  /// Byte 100 of the file is filler behind the segment header: no checksum covers it, nothing reads
  /// it.
  @Test
  void rotInTheFillerBehindTheSegmentHeaderIsHarmless() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(1));
    try (WriteAheadLog log = lab.open()) {
      append(log, 1, 200);
    }
    lab.machine.disk().flipBit(lab.tail(), 100, 3);
    lab.reopenAndVerify(1, 1);
  }

  /// The last group of a killed log stands behind no promise: rot there cannot be told from a torn
  /// write, so it is cut – and told.
  @Test
  void rotInTheLastUnpromisedGroup() {
    Seeds.forEach(
        40,
        1,
        seed -> {
          CrashLab lab = new CrashLab(seed);
          WriteAheadLog log = lab.open();
          long last = 5 + seed.value() % 5;
          for (long i = 1; i <= last; i++) {
            append(log, i, 500);
          }
          lab.machine.killProcess();
          CrashLab.Frame frame = lab.record(last);
          long bit = seed.random("bit").nextLong((frame.end() - frame.position() - 8) * 8);
          lab.machine.disk().flipBit(frame.file(), frame.position() + bit / 8, (int) (bit % 8));
          try (WriteAheadLog recovered = lab.open()) {
            RecoveryReport report = recovered.recovery();
            boolean padding = frame.position() + bit / 8 >= frame.position() + Layout.HEADER + 500;
            check(
                padding || report.verdict() == RecoveryReport.Verdict.TORN, "not told: " + report);
            check(padding || report.tornBytes() > 0, "cut, and no byte counted");
            check(
                recovered.lastIndex() == (padding ? last : last - 1),
                "kept " + recovered.lastIndex());
          }
          lab.reopenAndVerify(last - 1, last);
        });
  }

  /// The same log, idle for a while before the rot: the MARK has promised everything, and the same
  /// bit is damage now.
  @Test
  void rotInTheLastGroupOfAnIdleLogIsDamage() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(3));
    WriteAheadLog log = lab.open();
    append(log, 1, 500);
    lab.machine.scheduler().runFor(3_000_000_000L);
    lab.machine.killProcess();
    lab.machine.disk().flipBit(lab.tail(), lab.record(1).position() + 60, 0);
    assertThatThrownBy(lab::open).isInstanceOf(CorruptException.class);
  }

  /// Payloads that hold copies of this segment's own frames, and frames keyed for this segment that
  /// promise far ahead; the group around them is torn, so that recovery searches every 8 bytes of
  /// them.
  @Test
  void promiseFoundInsidePayload() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(5));
    WriteAheadLog log = lab.open();
    for (long i = 1; i <= 6; i++) {
      append(log, i, 300);
    }
    Path file = lab.tail();
    byte[] payload = framesAsPayload(lab, file);
    log.append(payload, 0, payload.length, 1_000, Durability.SYNCED);
    lab.machine.killProcess();
    List<CrashLab.Frame> frames = lab.frames(file);
    assertThat(frames.stream().filter(f -> f.type() == FrameType.RECORD)).hasSize(7);
    CrashLab.Frame around = lab.record(7);
    lab.machine.disk().flipBit(file, around.position() + 3, 5);
    byte[] bytes = lab.bytes(file);
    byte[] inPlace =
        Arrays.copyOfRange(bytes, (int) around.position() + 40, (int) around.position() + 140);
    assertThat(inPlace).isEqualTo(Arrays.copyOf(payload, 100));
    try (WriteAheadLog recovered = lab.open()) {
      assertThat(recovered.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.TORN);
      assertThat(recovered.recovery().droppedFrames()).isZero();
      assertThat(CrashLab.verify(recovered, 1)).isEqualTo(6);
    }
    lab.reopenAndVerify(6, 6);
  }

  /// Copies of all frames of a file, then GROUP frames that are right for it but for their place.
  private static byte[] framesAsPayload(CrashLab lab, Path file) {
    byte[] bytes = lab.bytes(file);
    long seed = lab.header(file).orElseThrow().key().seed();
    long number = lab.number(file).orElseThrow();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment payload = arena.allocate(16_000);
      long at = 0;
      for (CrashLab.Frame frame : lab.frames(file)) {
        int length = (int) (frame.end() - frame.position());
        if (frame.type() != FrameType.RECORD || frame.index() < 3) {
          MemorySegment.copy(
              bytes, (int) frame.position(), payload, ValueLayout.JAVA_BYTE, at, length);
          at += length;
        }
      }
      for (int i = 0; i < 20; i++) {
        at +=
            ControlFrames.group(
                payload,
                at,
                seed,
                40_000 + i * 64L,
                FrameType.MARK,
                0,
                1,
                8,
                number,
                60_000,
                61_000);
      }
      return payload.asSlice(0, at).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /// Records whose payloads are whole images of frames come back as what they are.
  @Test
  void frameImagesInPayloadsAreJustBytes() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(6));
    byte[] payload;
    try (WriteAheadLog log = lab.open()) {
      append(log, 1, 300);
      payload = framesAsPayload(lab, lab.tail());
      log.append(payload);
      append(log, 3, 300);
    }
    try (WriteAheadLog log = lab.open();
        WalReader reader = log.reader(2)) {
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
      assertThat(reader.next()).isTrue();
      assertThat(reader.payloadBytes()).isEqualTo(payload);
      assertThat(log.lastIndex()).isEqualTo(3);
    }
  }

  /// Damaged segments are damaged ranges: what stands before, between and behind them is read.
  @Test
  void rotInSealedSegmentsLeavesTheOthersReadable() throws Exception {
    for (int mask = 1; mask < 32; mask++) {
      for (boolean missing : new boolean[] {false, true}) {
        CrashLab lab = new CrashLab(Seed.of(8));
        try (WriteAheadLog log = lab.open()) {
          for (long i = 1; i <= 27; i++) {
            append(log, i, 90);
            if (i % 5 == 0) {
              log.roll();
            }
          }
        }
        List<Path> files = lab.segments();
        for (int i = 0; i < 5; i++) {
          if ((mask >> i & 1) != 0 && missing) {
            lab.machine.disk().deleteForeign(files.get(i));
          } else if ((mask >> i & 1) != 0) {
            lab.machine.disk().flipBit(files.get(i), Layout.FIRST_FRAME + 60, 2);
          }
        }
        checkRanges(lab, mask, missing);
      }
    }
  }

  /// Opens a reader on a log, whoever opened that.
  private interface Readers {
    WalReader from(long index) throws WalException;
  }

  private static void checkRanges(CrashLab lab, int mask, boolean missing) throws Exception {
    String hurt = Integer.toBinaryString(mask) + (missing ? " missing" : " hurt");
    if (Integer.bitCount(mask) == 1) {
      try (ReadOnlyLog log = lab.openForReading()) {
        checkRanges("read-only, " + hurt, mask, index -> log.reader(index, Visibility.WRITTEN));
      }
    }
    try (WriteAheadLog log = lab.open()) {
      assertThat(log.recovery().damagedRanges()).isNotEmpty();
      checkRanges(hurt, mask, log::reader);
    }
  }

  private static void checkRanges(String hurt, int mask, Readers readers) throws Exception {
    for (long index = 1; index <= 27; index++) {
      boolean inside = (mask >> ((index - 1) / 5) & 1) != 0;
      try (WalReader reader = readers.from(index)) {
        check(reader.next() && reader.index() == index, hurt + ": no record " + index);
        check(!inside, hurt + ": record " + index + " of a damaged segment");
      } catch (CorruptException e) {
        check(inside, hurt + ": and record " + index + " is lost: " + e);
      }
    }
  }

  /// None is without a promise when the log is closed, wherever in its segment it ends.
  @Test
  void aClosedLogHasPromisedEverythingAlsoAtTheVeryEndOfASegment() throws Exception {
    for (int room = 0; room <= 200; room += 8) {
      CrashLab lab = new CrashLab(Seed.of(9));
      try (WriteAheadLog log = lab.open()) {
        append(log, 1, 30_000);
        long end = lab.record(1).end();
        long limit = 65_536L - 2_048 - room;
        append(log, 2, (int) (limit - end) - Layout.GROUP_FRAME - Layout.HEADER);
        check(log.stats().rolls() == 0, "rolled with room for " + room);
      }
      CrashLab.Frame last = lab.record(2);
      check(
          lab.promise().compareTo(new Promise(lab.number(last.file()).orElseThrow(), last.end()))
              >= 0,
          "closed with " + room + " bytes left, promised up to " + lab.promise());
      lab.reopenAndVerify(2, 2);
    }
  }
}
