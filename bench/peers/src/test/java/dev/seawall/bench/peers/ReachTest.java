// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.bench.peers.Peers.Role;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReachTest {
  private final Results results = new Results();

  private void add(Cell cell, String row, Role role, String metric, double value) {
    results.add(cell, row, role, 1, Map.of(metric, value));
  }

  @Test
  void aLineIsReachedMissedOrNotMeasured() {
    Cell sixteen = new Cell("W3", 1024, 16);
    add(sixteen, "seawall", Role.SUBJECT, "opsPerSecond", 200);
    add(sixteen, "artemis_nio", Role.PEER, "opsPerSecond", 100);
    Cell many = new Cell("W3", 1024, 64);
    add(many, "seawall", Role.SUBJECT, "opsPerSecond", 150);
    add(many, "artemis_nio", Role.PEER, "opsPerSecond", 100);
    assertThat(new Reach(results).markdown())
        .contains("| W3 16 threads × best peer | ≥ 1.80 | 2.00 | reached |")
        .contains("| W3 64 threads × best peer | ≥ 1.60 | 1.50 | **missed** |")
        .contains("| W3 16 threads, p99 µs | ≤ 800 | – | not measured |");
  }

  @Test
  void asynchronousAppendsAreAlsoSetBesideTheBestBlockingPeer() {
    Cell outstanding = new Cell("W3A", 1024, 64);
    add(outstanding, "seawall", Role.SUBJECT, "opsPerSecond", 400);
    add(outstanding, "ratis", Role.PEER, "opsPerSecond", 50);
    add(new Cell("W3", 1024, 64), "artemis_nio", Role.PEER, "opsPerSecond", 200);
    assertThat(new Reach(results).markdown())
        .contains("| W3 64 outstanding × best peer that can | ≥ 4.00 | 8.00 | reached |")
        .contains("| … × best peer with 64 platform threads | ≥ 4.00 | 2.00 | **missed** |");
  }

  @Test
  void onlyPeersWithChecksumsCountForTheWarmScan() {
    Cell scan = new Cell("W5", 1024, 1);
    add(scan, "seawall", Role.SUBJECT, "warmGigabytesPerSecond", 8);
    add(scan, "chronicle", Role.PEER, "warmGigabytesPerSecond", 14);
    add(scan, "kafka", Role.PEER, "warmGigabytesPerSecond", 4);
    assertThat(new Reach(results).markdown())
        .contains("| W5 warm × best peer with checksums | ≥ 2.00 | 2.00 | reached |");
  }

  @Test
  void theFloorOfLargeBatchesHasFourWritesInFlight() {
    Cell cell = new Cell("W4", 1024, 16, 1024, Cell.Form.RECYCLING);
    add(cell, "seawall", Role.SUBJECT, "megabytesPerSecond", 3000);
    add(cell, "artemis_aio", Role.PEER, "megabytesPerSecond", 1000);
    add(cell, Fio.row("direct-dsync-4", cell), Role.FLOOR, "megabytesPerSecond", 4000);
    assertThat(new Reach(results).markdown())
        .contains(
            "| W4 1024 KiB × 16 recycling × fio, four in flight | ≥ 0.80 | 0.75 | **missed** |")
        .contains("| W4 1024 KiB × 16 recycling × best peer | ≥ 2.00 | 3.00 | reached |");
  }
}
