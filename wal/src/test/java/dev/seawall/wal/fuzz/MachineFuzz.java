// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import dev.seawall.testkit.CrashMatrix;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seed;
import dev.seawall.wal.WalSubject;

/// The crash matrix with a workload that the fuzzer chooses step by step: appends of every level,
/// worker steps, syncs, reads, truncations, crashes. Two bytes choose the machine: its faults, and
/// the order of its workers and completions.
final class MachineFuzz {
  private static final CrashMatrix MATRIX =
      CrashMatrix.of(new WalSubject(FuzzLog.OPTIONS))
          .withDurabilities(4)
          .withSteps(50)
          .withMaxBatchRecords(4)
          .withoutShrinking();

  private MachineFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    FuzzBytes choices = new FuzzBytes(input, true);
    Seed seed = Seed.of(choices.one() << 8 | choices.one());
    MATRIX.check(seed, FaultPlan.honest(seed), choices);
  }
}
