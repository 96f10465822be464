// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Runs the committed inputs; `testkit/fuzz segment` looks for more.
class SegmentFuzzTest {
  @FuzzTest
  void segment(byte[] input) throws Exception {
    SegmentFuzz.fuzzerTestOneInput(input);
  }
}
