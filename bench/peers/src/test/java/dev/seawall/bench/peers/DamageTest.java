// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The damage test must itself be seen to bite: on a log that has a checksum and on one that has
/// none.
final class DamageTest {
  private static final long SEED = 11;

  @TempDir private Path directory;

  private Plan plan(String workload) {
    return new Plan(
        Peers.FLOOR_FC,
        new Cell(workload, Damage.PAYLOAD_BYTES, 1),
        directory,
        "",
        1,
        0,
        Damage.RECORDS,
        SEED,
        PageCache.Cold.NONE);
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void everyKindChangesAFileAndAChecksumNoticesIt(Damage damage) throws Exception {
    Damaged.write(plan(Damaged.WRITE));
    byte[] before = Files.readAllBytes(directory.resolve("log/floor.log"));
    assertThat(Damaged.read(plan(Damaged.READ)))
        .containsEntry("right", (double) Damage.RECORDS)
        .containsEntry("wrong", 0.0)
        .containsEntry("error", 0.0);
    damage.apply(directory.resolve("log"), Damaged.payloads(SEED));
    assertThat(Files.readAllBytes(directory.resolve("log/floor.log"))).isNotEqualTo(before);
    assertThat(Damaged.read(plan(Damaged.READ)))
        .containsEntry("wrong", 0.0)
        .satisfies(metrics -> assertThat(metrics.get("right")).isLessThan((double) Damage.RECORDS));
  }

  @Test
  void aLogWithoutThePayloadCannotBeDamaged() throws IOException {
    Files.write(directory.resolve("other.log"), new byte[100_000]);
    assertThatThrownBy(() -> Damage.PAYLOAD.apply(directory, Damaged.payloads(SEED)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no payload around 500");
  }

  @Test
  void wrongBytesWeighMoreThanAnErrorBehindThem() {
    assertThat(DamageTable.verdict(999, 1, "")).isEqualTo("**wrong bytes**: 1 records, no error");
    assertThat(DamageTable.verdict(499, 1, "IOException: x")).startsWith("**wrong bytes**");
    assertThat(DamageTable.verdict(500, 0, "IOException: x"))
        .isEqualTo("error after 500 records: `IOException: x`");
    assertThat(DamageTable.verdict(500, 0, "")).isEqualTo("**silent loss**: 500 of 1000 records");
    assertThat(DamageTable.verdict(1000, 0, "")).isEqualTo("nothing noticed, nothing lost");
  }
}
