// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Runs the committed inputs; `testkit/fuzz recovery` looks for more.
class RecoveryFuzzTest {
  @FuzzTest
  void recovery(byte[] input) throws Exception {
    RecoveryFuzz.fuzzerTestOneInput(input);
  }
}
