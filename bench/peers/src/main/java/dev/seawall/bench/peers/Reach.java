// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.Cell.Form;
import dev.seawall.bench.peers.Results.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What Seawall is meant to reach, beside what this run measured. Nearly all of it are ratios
/// within the run; the few absolute figures are for the machine of the README.
final class Reach {
  private static final String SUBJECT = "seawall";
  private static final String MAPPED = "seawall_mapped";

  private final Results results;
  private final StringBuilder text = new StringBuilder();

  Reach(Results results) {
    this.results = results;
  }

  String markdown() {
    text.append("## Reach\n\n| what | asked for | measured | |\n|---|---|---|---|\n");
    unsynced();
    alone();
    crowds();
    batches();
    reading();
    steadiness();
    return text.append('\n').toString();
  }

  private void unsynced() {
    Cell small = new Cell("W1", 128, 1).in(Form.RECYCLING);
    Cell large = new Cell("W1", 1024, 1).in(Form.RECYCLING);
    atMost("W1 128 B recycling, mean ns", 60, value(small, "meanNanos"));
    atLeast("W1 128 B recycling, mean × best peer", 4, best(small));
    atLeast(
        "W1 128 B recycling, p50 × chronicle",
        3,
        results.ratio(small, SUBJECT, small, "chronicle", "p50Nanos"));
    // The segment index grows by an entry for some KiB of log; an object per append is 16 and more.
    atMost(
        "W1 128 B recycling, B/op of the caller (0 is asked for)",
        0.05,
        value(small, "callerBytesPerRecord"));
    atMost("W1 1 KiB recycling, mean ns with the drain", 350, value(large, "meanNanos"));
    atLeast("W1 1 KiB recycling, mean × best peer", 2, best(large));
    atMost("W1 128 B recycling, mapped, mean ns", 60, results.spread(small, MAPPED, "meanNanos"));
    atMost("W1 1 KiB recycling, mapped, mean ns", 200, results.spread(large, MAPPED, "meanNanos"));
    atMost("… p99 ns, rolls inside", 500_000, results.spread(large, MAPPED, "p99Nanos"));
    atLeast("W1 128 B growing × best peer", 1.2, best(small.in(Form.GROWING)));
    atLeast("W1 1 KiB growing × best peer", 1.2, best(large.in(Form.GROWING)));
  }

  private void alone() {
    for (int bytes : new int[] {128, 1024}) {
      Cell cell = new Cell("W2", bytes, 1);
      atLeast(
          "W2 " + bytes + " B × fio O_DIRECT+O_DSYNC",
          0.95,
          results.ratio(cell, SUBJECT, cell, "fio direct-dsync", cell.rankedBy()));
      atLeast("W2 " + bytes + " B × best peer", 1, best(cell));
    }
  }

  private void crowds() {
    Cell sixteen = new Cell("W3", 1024, 16);
    Cell many = new Cell("W3", 1024, 64);
    atLeast("W3 16 threads × best peer", 1.8, best(sixteen));
    atMost("W3 16 threads, p99 µs", 800, value(sixteen, "p99Micros"));
    atLeast("W3 64 threads × best peer", 1.6, best(many));
    Cell virtual = new Cell("W3V", 1024, 64);
    atLeast("W3 64 virtual threads × best peer with virtual threads", 2.5, best(virtual));
    atLeast("… × best peer with 64 platform threads", 2.5, bestOf(virtual, many));
    Cell outstanding = new Cell("W3A", 1024, 64);
    atLeast("W3 64 outstanding × best peer that can", 4, best(outstanding));
    atLeast("… × best peer with 64 platform threads", 4, bestOf(outstanding, many));
    Cell fair = new Cell("FAIR", 1024, 16);
    atMost("16 threads, lock wait % of their time", 5, value(fair, "lockWaitPercent"));
    atLeast("16 threads, slowest/fastest", 0.9, value(fair, "slowestToFastest"));
  }

  private void batches() {
    for (Cell cell : Cell.of("W4")) {
      String name =
          "W4 "
              + cell.batchRecords()
              + " KiB × "
              + cell.threads()
              + (cell.form() == Form.RECYCLING ? " recycling" : " growing")
              + " × ";
      atLeast(name + "best peer", cell.form() == Form.RECYCLING ? 2 : 1.2, best(cell));
      if (cell.form() == Form.RECYCLING && cell.threads() == 16 && cell.batchRecords() == 1024) {
        atLeast(
            name + "fio, four in flight",
            0.8,
            results.rows(cell).stream()
                .filter(row -> row.startsWith("fio direct-dsync-4"))
                .findFirst()
                .flatMap(row -> results.ratio(cell, SUBJECT, cell, row, cell.rankedBy())));
      }
    }
  }

  private void reading() {
    Cell scan = new Cell("W5", 1024, 1);
    String cold = "coldGigabytesPerSecond";
    Optional<String> fio =
        highest(results.rows(scan).stream().filter(row -> row.startsWith("fio ")), scan, cold);
    atLeast(
        "W5 cold × fio's best read",
        0.9,
        fio.flatMap(row -> results.ratio(scan, SUBJECT, scan, row, cold)));
    Optional<String> checksumming =
        highest(Stream.of("rocksdb", "jraft", "kafka", "ratis"), scan, scan.rankedBy());
    atLeast(
        "W5 warm × best peer with checksums",
        2,
        checksumming.flatMap(row -> results.ratio(scan, SUBJECT, scan, row, scan.rankedBy())));
    Cell open = Cell.of("OPEN").getFirst();
    atMost("opening the big log, warm, ms", 1000, value(open, "openMillis"));
    atMost("opening the big log, cold, ms", 1000, value(open, "coldOpenMillis"));
  }

  private void steadiness() {
    for (Cell cell : Cell.of("STEADY")) {
      String name = cell.batchRecords() == 1 ? "steady W3: " : "steady W4: ";
      atLeast(name + "last fifth / first fifth", 0.95, value(cell, "lastToFirst"));
      atMost(name + "live heap grew, MB", 8, value(cell, "liveHeapGrowthMegabytes"));
    }
  }

  private Optional<String> highest(Stream<String> rows, Cell cell, String metric) {
    return rows.filter(row -> results.spread(cell, row, metric).isPresent())
        .max(
            Comparator.comparingDouble(
                row -> results.spread(cell, row, metric).map(Spread::median).orElse(0.0)));
  }

  private Optional<Spread> value(Cell cell, String metric) {
    return results.spread(cell, SUBJECT, metric);
  }

  private Optional<Spread> best(Cell cell) {
    return results.ratio(cell, SUBJECT);
  }

  private Optional<Spread> bestOf(Cell cell, Cell other) {
    return results
        .bestPeer(other)
        .flatMap(row -> results.ratio(cell, SUBJECT, other, row, cell.rankedBy()));
  }

  private void atLeast(String what, double bound, Optional<Spread> measured) {
    line(what, "≥ ", bound, measured, measured.map(spread -> spread.median() >= bound));
  }

  private void atMost(String what, double bound, Optional<Spread> measured) {
    line(what, "≤ ", bound, measured, measured.map(spread -> spread.median() <= bound));
  }

  private void line(
      String what, String relation, double bound, Optional<Spread> measured, Optional<Boolean> ok) {
    List<String> cells = new ArrayList<>();
    cells.add(what);
    cells.add(relation + Report.number(bound));
    cells.add(Report.show(measured, 1));
    cells.add(ok.map(reached -> reached ? "reached" : "**missed**").orElse("not measured"));
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
