// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Findings about recovery, levels of durability and names; see [MissionFindingsTest].
class MissionRecoveryTest {
  /// R b, R-20; I-4: one dead log recovered a hundred times gives one result, byte for byte.
  @Test
  void aHundredRecoveriesOfOneLogGiveOneResult() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(6));
    WriteAheadLog log = lab.open();
    for (long i = 1; i <= 25; i++) {
      append(log, i, 4_000, i % 3 == 0 ? Durability.SYNCED : Durability.BUFFERED);
    }
    lab.machine.scheduler().runFor(20_000_000L);
    lab.machine.killProcess();
    CrashLab.Frame last = lab.record(25);
    lab.zero(last.file(), last.position() + 100, last.position() + 900);
    Map<Path, byte[]> dead = lab.snapshot();
    Set<String> results = new HashSet<>();
    Set<Integer> tails = new HashSet<>();
    for (int run = 0; run < 100; run++) {
      CrashLab copy = new CrashLab(Seed.of(1_000 + run));
      copy.machine.files().createDirectories(CrashLab.DIRECTORY);
      copy.restore(dead);
      try (WriteAheadLog recovered = copy.open()) {
        RecoveryReport r = recovered.recovery();
        results.add(
            r.verdict()
                + " "
                + r.lastIndex()
                + " "
                + r.epoch()
                + " "
                + r.tornBytes()
                + " "
                + r.droppedFrames()
                + " "
                + r.rewrittenBytes()
                + " "
                + r.removedFiles()
                + " "
                + CrashLab.verify(recovered, 1));
        tails.add(Arrays.hashCode(copy.bytes(last.file())));
      }
    }
    assertThat(results).hasSize(1);
    assertThat(tails).as("bytes of the active segment").hasSize(1);
  }

  /// B b; I-3: opening never salvages: a log that is refused is refused again, unchanged.
  @Test
  void aRefusedLogIsNotTouched() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(7));
    WriteAheadLog log = lab.open();
    for (long i = 1; i <= 9; i++) {
      append(log, i, 400);
    }
    lab.machine.killProcess();
    lab.machine.disk().flipBit(lab.tail(), lab.record(4).position() + 80, 1);
    Map<Path, byte[]> before = lab.snapshot();
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(lab::open)
          .isInstanceOfSatisfying(
              CorruptException.class, e -> assertThat(e.lastIntactIndex()).isEqualTo(3));
    }
    Map<Path, byte[]> after = lab.snapshot();
    assertThat(after.keySet()).containsAll(before.keySet());
    before.forEach((path, bytes) -> assertThat(after.get(path)).isEqualTo(bytes));
    try (ReadOnlyLog readable = lab.openForReading();
        WalReader reader = readable.reader(1, Visibility.WRITTEN)) {
      assertThat(CrashLab.verify(reader, 1)).isEqualTo(3);
      assertThat(readable.damage()).isPresent();
    }
  }

  /// B g: zeros behind the end of a prepared file are its end, not records and not damage.
  @Test
  void zerosBehindTheEndOfAPreparedFileAreNoRecords() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(8));
    try (WriteAheadLog log = lab.open()) {
      append(log, 1, 0);
      append(log, 2, 1);
      assertThat(log.append(new byte[10_000])).isEqualTo(3);
    }
    try (WriteAheadLog log = lab.open();
        WalReader reader = log.reader(1)) {
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
      assertThat(reader.next()).isTrue();
      assertThat(reader.payload().byteSize()).isZero();
      assertThat(reader.next()).isTrue();
      assertThat(reader.next()).isTrue();
      assertThat(reader.payloadBytes()).isEqualTo(new byte[10_000]);
      assertThat(reader.next()).isFalse();
    }
  }

  /// C m; I-8: a checkpoint is part of the log state, as durable and as checked as a record.
  @Test
  void checkpointAndPinsAreRememberedInTheLogItself() throws Exception {
    WalOptions options = CrashLab.tiny();
    CrashLab lab = new CrashLab(Seed.of(9), SimOptions.defaults(), options);
    WriteAheadLog log = lab.open();
    long last = 0;
    while (log.stats().rolls() < 3) {
      last = append(log, last + 1, 5_000);
    }
    log.pin("archive", 9);
    log.pin("follower", last);
    log.unpin("follower");
    log.truncatePrefix(9);
    lab.machine.losePower();
    for (int life = 0; life < 3; life++) {
      WriteAheadLog again = lab.open();
      assertThat(again.pins()).containsOnlyKeys("archive").containsEntry("archive", 9L);
      assertThat(again.firstIndex()).isEqualTo(9);
      assertThatThrownBy(() -> again.truncatePrefix(10))
          .isInstanceOf(TruncationRefusedException.class)
          .hasMessageContaining("archive");
      assertThatThrownBy(() -> again.truncateSuffix(7)).isInstanceOf(Exception.class);
      lab.machine.losePower();
    }
  }

  /// C o: Always, Batch, Periodic and none are all there, and each loses what its row says.
  @Test
  void everyLevelOfDurabilityKeepsItsRow() throws Exception {
    for (Durability level :
        new Durability[] {
          Durability.SYNCED,
          new Durability.Batched(Duration.ofMillis(100), 1 << 20),
          new Durability.Periodic(Duration.ofMillis(100), 1 << 20),
          Durability.BUFFERED
        }) {
      CrashLab lab =
          new CrashLab(Seed.of(10), SimOptions.defaults(), CrashLab.tiny().withDurability(level));
      WriteAheadLog log = lab.open();
      append(log, 1, 100, level);
      boolean atOnce = level instanceof Durability.Synced;
      assertThat(log.durableIndex()).isEqualTo(atOnce ? 1 : 0);
      lab.machine.scheduler().runFor(500_000_000L);
      boolean soon = !(level instanceof Durability.Buffered);
      assertThat(log.durableIndex()).as("%s", level).isEqualTo(soon ? 1 : 0);
      append(log, 2, 100, level);
      // Longer than the write-out delay, and than the delay of a batch.
      lab.machine.scheduler().runFor(150_000_000L);
      lab.machine.killProcess();
      WriteAheadLog again = lab.open();
      assertThat(again.lastIndex()).as("%s survives a kill", level).isEqualTo(2);
      append(again, 3, 100, level);
      again.close();
      lab.machine.losePower();
      lab.reopenAndVerify(3, 3);
    }
  }

  /// V-1, I-18: names are exactly as promised, and nothing outside the directory is reachable.
  @Test
  void namesAreExactAndCannotLeaveTheDirectory() throws Exception {
    CrashLab lab =
        new CrashLab(Seed.of(11), SimOptions.defaults(), CrashLab.tiny().withPrefix("gs-vault"));
    try (WriteAheadLog log = lab.open()) {
      append(log, 1, 100);
    }
    assertThat(lab.segments())
        .allSatisfy(path ->
            assertThat(String.valueOf(path.getFileName()))
                .matches("gs-vault-\\d{13}-[1-9]\\d*\\.log"));
    for (String prefix : new String[] {"../x", "a/b", "", ".", "a\u0000b", "-a", "x".repeat(64)}) {
      assertThatThrownBy(() -> WalOptions.defaults().withPrefix(prefix))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /// Foreign files and names that only resemble a segment's are left alone.
  @Test
  void namesThatOnlyResembleASegmentsAreLeftAlone() throws Exception {
    CrashLab lab = new CrashLab(Seed.of(12));
    try (WriteAheadLog log = lab.open()) {
      append(log, 1, 100);
    }
    String[] foreign = {
      "seawall-1-2.log.bak",
      "seawall-1-.log",
      "seawall--1-2.log",
      "seawall-1-0.log",
      "seawall-1-2.LOG",
      "seawall-1-99999999999999999999.log",
      "other-1-9.log",
      "x",
      "seawall.log",
      "seawall-1-2-pre.log.tmp",
      "seawall-x-1-9.log"
    };
    for (String name : foreign) {
      lab.put(CrashLab.DIRECTORY.resolve(name), name.getBytes(StandardCharsets.UTF_8));
    }
    lab.reopenAndVerify(1, 1);
    for (String name : foreign) {
      assertThat(lab.bytes(CrashLab.DIRECTORY.resolve(name)))
          .isEqualTo(name.getBytes(StandardCharsets.UTF_8));
    }
  }
}
