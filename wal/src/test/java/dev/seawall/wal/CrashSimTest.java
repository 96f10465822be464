// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.testkit.CrashMatrix;
import org.junit.jupiter.api.Test;

/// The whole engine against the simulated machine: I-1 to I-6.
class CrashSimTest {
  @Test
  void theLogKeepsItsPromisesUnderHonestFaults() {
    CrashMatrix.of(new WalSubject(WalSubject.smallOptions()))
        .withDurabilities(4)
        .checkHonest(1500, 1);
  }

  @Test
  void theLogReturnsNothingWrongUnderDishonestFaults() {
    CrashMatrix.of(new WalSubject(WalSubject.smallOptions()))
        .withDurabilities(4)
        .checkDishonest(500, 1);
  }

  @Test
  void aMappedLogKeepsItsPromisesUnderHonestFaults() {
    CrashMatrix.of(
            new WalSubject(WalSubject.smallOptions().withAppendMode(WalOptions.AppendMode.MAPPED)))
        .withDurabilities(4)
        .checkHonest(500, 1);
  }

  @Test
  void aMappedLogReturnsNothingWrongUnderDishonestFaults() {
    CrashMatrix.of(
            new WalSubject(WalSubject.smallOptions().withAppendMode(WalOptions.AppendMode.MAPPED)))
        .withDurabilities(4)
        .checkDishonest(200, 1);
  }
}
