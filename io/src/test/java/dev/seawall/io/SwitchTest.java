// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The environment variables that switch something off.
final class SwitchTest {
  private static final String URING = "SEAWALL_WAL_DISABLE_IO_URING";

  /// Says which switches are on, and whether a buffer is given back.
  static final class Child {
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      System.out.println("on: " + SystemMachine.open(Backend.AUTO).switches());
      try (BufferPool pool = BufferPools.offHeap(1 << 20)) {
        PooledBuffer buffer = pool.tryAcquire(4096);
        MemorySegment memory = buffer.segment();
        buffer.release();
        System.out.println("kept: " + memory.scope().isAlive());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "1", "yes", " ON "})
  void yesIsOn(String value) {
    assertThat(Switch.from(Map.of(URING, value))).containsExactly(Switch.DISABLE_IO_URING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "false", "0", "No", "off"})
  void noAndNothingAreOff(String value) {
    assertThat(Switch.from(Map.of(URING, value, "PATH", "true"))).isEmpty();
  }

  @Test
  void anythingElseIsRefusedByName() {
    assertThatThrownBy(() -> Switch.from(Map.of(URING, "maybe")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(URING + " = 'maybe': expected true or false");
  }

  @Test
  void everySwitchHasItsOwnVariable() {
    assertThat(List.of(Switch.values()))
        .extracting(Switch::variable)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.startsWith("SEAWALL_WAL_"));
  }

  @Test
  void theMachineReadsThemFromTheProcess() throws Exception {
    assertThat(ChildJvm.run("", List.of(), Child.class)).contains("on: []", "kept: true");
    assertThat(
            ChildJvm.run(
                "export SEAWALL_WAL_DISABLE_BUFFER_POOL=1 " + URING + "=0", List.of(), Child.class))
        .contains("on: [DISABLE_BUFFER_POOL]", "kept: false");
    assertThat(ChildJvm.run("export " + URING + "=perhaps", List.of(), Child.class))
        .contains("IllegalArgumentException", "expected true or false")
        .endsWith("exit 1");
  }
}
