// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The engine passes every scenario that the mutant check uses.
class ScenariosTest {
  @TestFactory
  Stream<DynamicTest> scenarios() {
    return Scenarios.all().keySet().stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> assertThat(Scenarios.run(name)).isNull()));
  }
}
