// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Runs the committed inputs; `testkit/fuzz ltx` looks for more.
class LtxFuzzTest {
  @FuzzTest
  void ltx(byte[] input) throws Exception {
    LtxFuzz.fuzzerTestOneInput(input);
  }
}
