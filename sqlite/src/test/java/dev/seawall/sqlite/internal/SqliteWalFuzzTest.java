// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Runs the committed inputs; `testkit/fuzz sqlite-wal` looks for more.
class SqliteWalFuzzTest {
  @FuzzTest
  void sqlitewal(byte[] input) throws Exception {
    SqliteWalFuzz.fuzzerTestOneInput(input);
  }
}
