// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.ReadOnlyLog;
import dev.seawall.wal.SimLog;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalBatch;
import dev.seawall.wal.WalReader;
import dev.seawall.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Salvage keeps what is intact and writes down what is not.
class SalvageTest {
  private static final Path OUT = Path.of("/data/salvaged");

  private static Salvage.Result salvage(SimLog sim) throws Exception {
    return Salvage.run(
        SimLog.DIRECTORY, OUT, sim.options, sim.machine.machine(), ProgressListener.NONE);
  }

  /// Every record of the new log is the one that the result says it is.
  private static void check(SimLog sim, Salvage.Result result) throws Exception {
    try (ReadOnlyLog log = ReadOnlyLog.open(OUT, sim.options, sim.machine.machine());
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      long records = 0;
      for (Salvage.Kept kept : result.kept()) {
        assertThat(kept.newFirstIndex()).isEqualTo(records + 1);
        for (long old = kept.firstIndex(); old <= kept.lastIndex(); old++) {
          assertThat(reader.next()).isTrue();
          records++;
          assertThat(reader.index()).isEqualTo(records);
          assertThat(reader.payloadBytes()).isEqualTo(SimLog.payload(old));
          assertThat(reader.timestamp()).isEqualTo(1000 + old);
        }
      }
      assertThat(reader.next()).isFalse();
      assertThat(result.records()).isEqualTo(records);
    }
  }

  @Test
  void aSoundLogIsCopiedWhole() throws Exception {
    SimLog sim = new SimLog(1).filled(300);
    Map<Path, ByteBuffer> before = sim.disk();
    Salvage.Result result = salvage(sim);
    check(sim, result);
    assertThat(result.kept()).containsExactly(new Salvage.Kept(1, 300, 1));
    assertThat(result.lost()).isEmpty();
    assertThat(sim.disk()).containsAllEntriesOf(before);
  }

  @Test
  void damageInTheMiddleCostsThatRecordOnly() throws Exception {
    SimLog sim = new SimLog(2).filled(300);
    Path second = sim.segments().get(1);
    long position = VerificationTest.positionOf(sim, second, 4);
    long index = VerificationTest.indexAt(sim, second, position);
    sim.machine.disk().flipBit(second, position + 60, 5);
    Salvage.Result result = salvage(sim);
    check(sim, result);
    assertThat(result.kept())
        .containsExactly(
            new Salvage.Kept(1, index - 1, 1), new Salvage.Kept(index + 1, 300, index));
    assertThat(result.lost())
        .singleElement()
        .satisfies(lost -> {
          assertThat(lost.firstIndex()).isEqualTo(index);
          assertThat(lost.lastIndex()).isEqualTo(index);
          assertThat(lost.file()).isEqualTo(String.valueOf(second.getFileName()));
          assertThat(lost.position()).isEqualTo(position);
        });
    ByteBuffer manifest = sim.machine.disk().contents(result.manifest());
    assertThat(StandardCharsets.UTF_8.decode(manifest).toString())
        .contains("\"format\": \"seawall-salvage-1\"")
        .contains(
            "{\"firstIndex\": %d, \"lastIndex\": 300, \"newFirstIndex\": %d}"
                .formatted(index + 1, index))
        .contains("\"position\": " + position);
  }

  @Test
  void aSegmentWithADamagedHeaderIsReadByWhatItsSuccessorKnows() throws Exception {
    SimLog sim = new SimLog(3).filled(300);
    sim.machine.disk().flipBit(sim.segments().get(1), 33, 0);
    Salvage.Result result = salvage(sim);
    check(sim, result);
    assertThat(result.kept()).containsExactly(new Salvage.Kept(1, 300, 1));
    assertThat(result.lost()).hasSize(1);
  }

  @Test
  void aDamagedTailIsSearchedBehindTheDamage() throws Exception {
    SimLog sim = new SimLog(4).filled(300);
    Path tail = sim.segments().getLast();
    long position = VerificationTest.positionOf(sim, tail, 3);
    long index = VerificationTest.indexAt(sim, tail, position);
    sim.machine.disk().flipBit(tail, position + 3, 2);
    Salvage.Result result = salvage(sim);
    check(sim, result);
    assertThat(result.kept())
        .containsExactly(
            new Salvage.Kept(1, index - 1, 1), new Salvage.Kept(index + 1, 300, index));
  }

  @Test
  void aFileThatCannotBeOpenedIsLostAndTheRestIsKept() throws Exception {
    SimLog sim = new SimLog(8).filled(300);
    Path second = sim.segments().get(1);
    sim.machine.disk().deny(second);
    Verification.Result verified =
        Verification.run(
            SimLog.DIRECTORY, sim.options, sim.machine.machine(), ProgressListener.NONE);
    assertThat(verified.intact()).isFalse();
    Salvage.Result result = salvage(sim);
    check(sim, result);
    assertThat(result.kept()).hasSize(2);
    assertThat(result.lost())
        .anySatisfy(lost -> {
          assertThat(lost.firstIndex()).isEqualTo(result.kept().getFirst().lastIndex() + 1);
          assertThat(lost.lastIndex()).isEqualTo(result.kept().getLast().firstIndex() - 1);
        });
  }

  @Test
  void manyFlipsNeverMakeItFailOrInventAnything() throws Exception {
    for (long seed = 0; seed < 30; seed++) {
      SimLog sim = new SimLog(seed).filled(250);
      RandomGenerator random = Seed.of(seed).random("flips");
      List<Path> files = sim.segments();
      for (int i = 0; i < 25; i++) {
        Path file = files.get(random.nextInt(files.size()));
        long bytes = sim.machine.disk().files().get(file);
        sim.machine.disk().flipBit(file, random.nextLong(bytes), random.nextInt(8));
      }
      Salvage.Result result = salvage(sim);
      check(sim, result);
      assertThat(result.records()).as("seed " + seed).isGreaterThan(150);
    }
  }

  @Test
  void batchesStayBatches() throws Exception {
    SimLog sim = new SimLog(5);
    try (WriteAheadLog log = sim.write()) {
      WalBatch batch = new WalBatch();
      for (int i = 1; i <= 9; i++) {
        batch.add(SimLog.payload(i), 0, SimLog.payload(i).length, 1000 + i);
        if (i % 3 == 0) {
          log.append(batch);
          batch.clear();
        }
      }
    }
    Salvage.Result result = salvage(sim);
    check(sim, result);
    try (ReadOnlyLog log = ReadOnlyLog.open(OUT, sim.options, sim.machine.machine());
        WalReader reader = log.reader(1, Visibility.DURABLE)) {
      for (int i = 1; i <= 9; i++) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.endsBatch()).isEqualTo(i % 3 == 0);
      }
    }
  }

  @Test
  void truncatedRecordsAreNotBroughtBack() throws Exception {
    SimLog sim = new SimLog(6);
    try (WriteAheadLog log = sim.write()) {
      SimLog.append(log, 1, 200);
      log.truncatePrefix(60);
      log.truncateSuffix(150);
    }
    Salvage.Result result = salvage(sim);
    check(sim, result);
    assertThat(result.kept()).containsExactly(new Salvage.Kept(60, 150, 1));
  }

  @Test
  void refusesATargetThatHoldsSomethingAndASourceThatHoldsNothing() throws Exception {
    SimLog sim = new SimLog(7);
    assertThatThrownBy(() -> salvage(sim)).isInstanceOf(NotALogException.class);
    assertThat(sim.machine.files().status(OUT).isMissing()).isTrue();
    sim.filled(10);
    assertThatThrownBy(() ->
            Salvage.run(
                SimLog.DIRECTORY,
                SimLog.DIRECTORY.resolve("out"),
                sim.options,
                sim.machine.machine(),
                ProgressListener.NONE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("must not change");
    salvage(sim);
    assertThatThrownBy(() -> salvage(sim))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("does not exist yet");
  }
}
