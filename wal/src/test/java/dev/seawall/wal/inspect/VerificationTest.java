// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Death;
import dev.seawall.testkit.Seed;
import dev.seawall.wal.Durability;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.SimLog;
import dev.seawall.wal.WalBatch;
import dev.seawall.wal.WriteAheadLog;
import dev.seawall.wal.inspect.Verification.Severity;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Verification finds what is wrong, and nothing else.
class VerificationTest {
  private static Verification.Result verify(SimLog sim) throws Exception {
    return Verification.run(
        SimLog.DIRECTORY, sim.options, sim.machine.machine(), ProgressListener.NONE);
  }

  @Test
  void aSoundLogHasNoFindings() throws Exception {
    SimLog sim = new SimLog(1);
    try (WriteAheadLog log = sim.write()) {
      SimLog.append(log, 1, 300);
      WalBatch batch = new WalBatch();
      for (int i = 301; i <= 330; i++) {
        batch.add(SimLog.payload(i));
      }
      log.append(batch);
      log.pin("backup", 7);
      log.truncatePrefix(7);
      log.truncateSuffix(320);
    }
    sim.write().close();
    Map<Path, ByteBuffer> before = sim.disk();
    List<Long> told = new ArrayList<>();
    Verification.Result result =
        Verification.run(
            SimLog.DIRECTORY,
            sim.options,
            sim.machine.machine(),
            (done, total) -> told.add(done - total));
    assertThat(result.findings()).isEmpty();
    assertThat(result.intact()).isTrue();
    assertThat(result.records()).isEqualTo(314);
    assertThat(result.firstIndex()).isEqualTo(7);
    assertThat(result.lastIndex()).isEqualTo(320);
    assertThat(result.durableIndex()).isEqualTo(320);
    assertThat(result.segments()).isEqualTo(sim.segments().size());
    assertThat(told).endsWith(0L);
    assertThat(sim.disk()).isEqualTo(before);
  }

  @Test
  void everyPlantedFlipIsFound() throws Exception {
    SimLog sim = new SimLog(2).filled(300);
    List<long[]> covered = new ArrayList<>();
    List<Path> files = sim.segments();
    try (LogInspector inspector =
        LogInspector.open(SimLog.DIRECTORY, sim.options, sim.machine.machine())) {
      for (SegmentView segment : inspector.segments()) {
        int file = files.indexOf(segment.file());
        if (file < 0) {
          continue;
        }
        covered.add(new long[] {file, 0, 72});
        try (FrameWalk walk = inspector.frames(segment)) {
          while (walk.next()) {
            FrameView frame = walk.frame();
            if (frame.validity() == FrameView.Validity.VALID) {
              int bytes = frame.type() == FrameView.Type.PAD ? 0 : frame.payloadLength();
              covered.add(new long[] {file, frame.position(), frame.position() + 40 + bytes});
            }
          }
        }
      }
    }
    // The MARK of the close stands behind every promise: without it nothing is missing.
    covered.removeLast();
    RandomGenerator random = Seed.of(3).random("flips");
    for (int i = 0; i < 400; i++) {
      long[] range = covered.get(random.nextInt(covered.size()));
      long position = random.nextLong(range[1], range[2]);
      int bit = random.nextInt(8);
      Path file = files.get((int) range[0]);
      sim.machine.disk().flipBit(file, position, bit);
      Verification.Result result = verify(sim);
      String place =
          file.getFileName()
              + " at "
              + position
              + ", frame "
              + range[1]
              + " to "
              + range[2]
              + ": "
              + result;
      assertThat(result.findings())
          .as(place)
          .anySatisfy(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
            assertThat(finding.file()).isEqualTo(file);
            assertThat(finding.position()).isEqualTo(range[1]);
          });
      sim.machine.disk().flipBit(file, position, bit);
    }
    assertThat(verify(sim).findings()).isEmpty();
  }

  @Test
  void damageSaysWhichRecordsAreMissing() throws Exception {
    SimLog sim = new SimLog(4).filled(300);
    Path second = sim.segments().get(1);
    long position = positionOf(sim, second, 2);
    long index = indexAt(sim, second, position);
    sim.machine.disk().flipBit(second, position + 50, 1);
    Verification.Result result = verify(sim);
    assertThat(result.findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
          assertThat(finding.position()).isEqualTo(position);
          assertThat(finding.firstIndex()).isEqualTo(index);
          assertThat(finding.lastIndex()).isEqualTo(index);
        });
    assertThat(result.records()).isEqualTo(299);
  }

  static long positionOf(SimLog sim, Path file, int nth) throws Exception {
    int seen = 0;
    try (LogInspector inspector =
        LogInspector.open(SimLog.DIRECTORY, sim.options, sim.machine.machine())) {
      for (SegmentView segment : inspector.segments()) {
        if (segment.file().equals(file)) {
          try (FrameWalk walk = inspector.frames(segment)) {
            while (walk.next()) {
              if (walk.frame().type() == FrameView.Type.RECORD && seen++ == nth) {
                return walk.frame().position();
              }
            }
          }
        }
      }
    }
    throw new AssertionError("no record " + nth + " in " + file);
  }

  static long indexAt(SimLog sim, Path file, long position) throws Exception {
    try (LogInspector inspector =
        LogInspector.open(SimLog.DIRECTORY, sim.options, sim.machine.machine())) {
      for (SegmentView segment : inspector.segments()) {
        if (segment.file().equals(file)) {
          try (FrameWalk walk = inspector.frames(segment)) {
            while (walk.next()) {
              if (walk.frame().position() == position) {
                assertThat(walk.payload().byteSize()).isEqualTo(walk.frame().payloadLength());
                return walk.frame().index();
              }
            }
          }
        }
      }
    }
    throw new AssertionError("no frame at " + position);
  }

  @Test
  void aMissingSegmentIsDamageWithItsRange() throws Exception {
    SimLog sim = new SimLog(5).filled(400);
    List<Path> files = sim.segments();
    sim.machine.disk().deleteForeign(files.get(1));
    Verification.Result result = verify(sim);
    assertThat(result.findings())
        .filteredOn(finding -> finding.severity() != Severity.NOTE)
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.firstIndex()).isGreaterThan(1);
          assertThat(finding.lastIndex()).isGreaterThan(finding.firstIndex());
          assertThat(result.records())
              .isEqualTo(400 - (finding.lastIndex() - finding.firstIndex() + 1));
        });
  }

  @Test
  void aTornTailIsTornAndNotDamage() throws Exception {
    int torn = 0;
    for (long seed = 0; seed < 40; seed++) {
      SimLog sim = new SimLog(seed);
      WriteAheadLog writer = sim.write();
      SimLog.append(writer, 1, 50);
      for (long i = 51; i < 150; i++) {
        writer.append(SimLog.payload(i), Durability.BUFFERED);
      }
      sim.machine.die(Death.POWER);
      Verification.Result result = verify(sim);
      assertThat(result.intact()).as("seed " + seed + ": " + result).isTrue();
      torn += result.findings().isEmpty() ? 0 : 1;
      try (WriteAheadLog again = sim.write()) {
        assertThat(again.lastIndex()).isEqualTo(result.lastIndex());
        assertThat(again.recovery().tornBytes()).isEqualTo(result.tornBytes());
        assertThat(again.recovery().droppedFrames()).isEqualTo(result.tornRecords());
      }
      assertThat(result.records()).isEqualTo(result.lastIndex());
    }
    assertThat(torn).isPositive();
  }

  @Test
  void anEmptyOrMissingTargetFails() throws Exception {
    SimLog sim = new SimLog(6);
    assertThatThrownBy(() -> verify(sim))
        .isInstanceOf(NotALogException.class)
        .hasMessageContaining("no such directory");
    sim.machine.files().createDirectories(SimLog.DIRECTORY);
    assertThatThrownBy(() -> verify(sim))
        .isInstanceOf(NotALogException.class)
        .hasMessageContaining("seawall-<millis>-<number>.log");
    sim.machine
        .disk()
        .replaceForeign(SimLog.DIRECTORY.resolve("gs-vault-1-1.log"), ByteBuffer.allocate(4096));
    assertThatThrownBy(() -> verify(sim))
        .isInstanceOf(NotALogException.class)
        .hasMessageContaining("gs-vault");
    assertThatThrownBy(() ->
            Verification.run(
                SimLog.DIRECTORY.resolve("gs-vault-1-1.log"),
                sim.options,
                sim.machine.machine(),
                ProgressListener.NONE))
        .isInstanceOf(NotALogException.class)
        .hasMessageContaining("found a file");
  }
}
