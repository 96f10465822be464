// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Runs the committed inputs; `testkit/fuzz codec` looks for more.
class CodecFuzzTest {
  @FuzzTest
  void codec(byte[] input) {
    CodecFuzz.fuzzerTestOneInput(input);
  }
}
