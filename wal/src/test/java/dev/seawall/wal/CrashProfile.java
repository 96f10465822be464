// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.testkit.CrashMatrix;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seed;

/// A crash matrix over the engine and the kind of faults that it is run under; the name is what a
/// command line says.
enum CrashProfile {
  /// What `CrashSimTest` runs.
  HONEST(false, true),
  DISHONEST(false, false),

  /// Payloads of any length up to a third of a segment: most runs roll, truncate over segments and
  /// use files again.
  ROLLING(true, true),
  ROLLING_DISHONEST(true, false);

  private final boolean rolling;
  private final boolean honest;

  CrashProfile(boolean rolling, boolean honest) {
    this.rolling = rolling;
    this.honest = honest;
  }

  private static CrashMatrix mixed() {
    return CrashMatrix.of(new WalSubject(WalSubject.smallOptions())).withDurabilities(4);
  }

  private static CrashMatrix large() {
    return CrashMatrix.of(
            new WalSubject(
                WalSubject.smallOptions().withSegmentBytes(64 << 10).withWindowBytes(64 << 10)))
        .withDurabilities(4)
        .withSteps(60)
        .withMaxBatchRecords(3)
        .withEvenSizes();
  }

  static CrashProfile of(String name) {
    return valueOf(name.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
  }

  CrashMatrix matrix() {
    return rolling ? large() : mixed();
  }

  FaultPlan plan(Seed seed) {
    return honest ? FaultPlan.honest(seed) : FaultPlan.dishonest(seed);
  }
}
