// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.Map;

/// Does one measurement in a JVM of its own and prints one line: `RESULT name=value …`, `SKIP
/// reason` or `WRONG what`. A fresh JVM, so that no peer is measured with another one's compiled
/// code, garbage, threads or flags.
final class Measure {
  private Measure() {}

  public static void main(String[] words) throws Exception {
    Plan plan = Plan.of(words);
    String unavailable = plan.peer().make(plan.cell()).unavailable();
    if (unavailable != null) {
      print("SKIP " + unavailable);
      exit(0);
    }
    try {
      Map<String, Double> metrics =
          switch (plan.cell().workload()) {
            case "W1" -> new Unsynced(plan).run();
            case "W5" -> new Scan(plan).run();
            case "OPEN" -> new Opening(plan).run();
            case "STEADY" -> new Steady(plan).run();
            case Damaged.WRITE -> Damaged.write(plan);
            case Damaged.READ -> Damaged.read(plan);
            default -> new Durable(plan).run();
          };
      StringBuilder line = new StringBuilder("RESULT");
      metrics.forEach((name, value) -> line.append(' ').append(name).append('=').append(value));
      print(line.toString());
      exit(0);
    } catch (Checker.WrongDataException e) {
      print("WRONG " + e.getMessage());
      exit(1);
    } catch (Throwable e) {
      e.printStackTrace();
      exit(3);
    }
  }

  /// Prints what an open log says about how it works.
  static void tellDetail(Peer peer) {
    if (!peer.detail().isEmpty()) {
      print("DETAIL " + peer.detail());
    }
  }

  /// Prints a line of the protocol with the coordinator.
  static void print(String line) {
    System.out.println();
    System.out.println(line);
    System.out.flush();
  }

  /// Some peers leave threads behind that would keep the JVM alive. Shutdown hooks run: a flight
  /// recording asked for by `--jvm` is written.
  private static void exit(int code) {
    System.exit(code);
  }
}
