// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes that are started to be killed.
final class ChildJvmTest {
  @TempDir private Path folder;

  static final class Child {
    public static void main(String[] args) {
      System.out.println(System.getProperty("java.io.tmpdir"));
    }
  }

  @Test
  void whatAKilledChildLeavesIsInItsOwnersFolder() throws Exception {
    Process child =
        ChildJvm.start(
            System.getProperty("java.class.path"),
            Child.class,
            List.of(),
            folder.resolve("errors"));
    assertThat(child.inputReader().readLine()).isEqualTo(folder.toString());
    assertThat(child.waitFor()).isZero();
  }
}
