// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.testkit.CrashMatrix;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seed;
import dev.seawall.wal.WalOptions.AppendMode;

/// A crash matrix over the engine and the kind of faults that it is run under; the name is what a
/// command line says.
enum CrashProfile {
  /// What `CrashSimTest` runs.
  HONEST(false, true, AppendMode.STAGED),
  DISHONEST(false, false, AppendMode.STAGED),

  /// Payloads of any length up to a third of a segment: most runs roll, truncate over segments and
  /// use files again.
  ROLLING(true, true, AppendMode.STAGED),
  ROLLING_DISHONEST(true, false, AppendMode.STAGED),

  /// Frames stored into mappings.
  MAPPED(false, true, AppendMode.MAPPED),
  MAPPED_ROLLING(true, true, AppendMode.MAPPED),
  MAPPED_DISHONEST(false, false, AppendMode.MAPPED),
  MAPPED_ROLLING_DISHONEST(true, false, AppendMode.MAPPED);

  private final boolean rolling;
  private final boolean honest;
  private final AppendMode mode;

  CrashProfile(boolean rolling, boolean honest, AppendMode mode) {
    this.rolling = rolling;
    this.honest = honest;
    this.mode = mode;
  }

  private CrashMatrix mixed() {
    return CrashMatrix.of(new WalSubject(WalSubject.smallOptions().withAppendMode(mode)))
        .withDurabilities(4);
  }

  private CrashMatrix large() {
    return CrashMatrix.of(
            new WalSubject(
                WalSubject.smallOptions()
                    .withAppendMode(mode)
                    .withSegmentBytes(64 << 10)
                    .withWindowBytes(64 << 10)))
        .withDurabilities(4)
        .withSteps(60)
        .withMaxBatchRecords(3)
        .withEvenSizes();
  }

  static CrashProfile of(String name) {
    return valueOf(name.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
  }

  static CrashProfile of(boolean mapped, boolean rolling, boolean dishonest) {
    AppendMode mode = mapped ? AppendMode.MAPPED : AppendMode.STAGED;
    for (CrashProfile profile : values()) {
      if (profile.mode == mode && profile.rolling == rolling && profile.honest != dishonest) {
        return profile;
      }
    }
    throw new AssertionError("a combination without a name");
  }

  /// Returns the flags of `testkit/simulate` that choose it, each followed by a space.
  String flags() {
    return (mode == AppendMode.MAPPED ? "--mapped " : "")
        + (rolling ? "--rolling " : "")
        + (honest ? "" : "--dishonest ");
  }

  CrashMatrix matrix() {
    return rolling ? large() : mixed();
  }

  FaultPlan plan(Seed seed) {
    return honest ? FaultPlan.honest(seed) : FaultPlan.dishonest(seed);
  }
}
