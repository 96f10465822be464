// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Runs the committed inputs; `testkit/fuzz frame` looks for more.
class FrameFuzzTest {
  @FuzzTest
  void frame(byte[] input) throws Exception {
    FrameFuzz.fuzzerTestOneInput(input);
  }
}
