// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Runs the committed inputs; `testkit/fuzz machine` looks for more.
class MachineFuzzTest {
  @FuzzTest
  void machine(byte[] input) throws Exception {
    MachineFuzz.fuzzerTestOneInput(input);
  }
}
