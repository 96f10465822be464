// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.Machine;
import java.nio.file.Path;

/// One line of a contract: a name that is a sentence, and a check. Immutable.
public final class ContractLine {
  /// What a line does to a machine.
  @FunctionalInterface
  interface Check {
    void run(Machine machine, Path directory) throws Exception;
  }

  private final String name;
  private final Check check;

  ContractLine(String name, Check check) {
    this.name = name;
    this.check = check;
  }

  /// Returns the sentence, in camel case, as a test's name.
  public String name() {
    return name;
  }

  /// Holds a machine to the line.
  ///
  /// @param directory exists and is empty; a fresh one for each line
  /// @throws AssertionError when the machine does not keep it
  /// @throws Exception when the machine throws what the line does not expect
  public void check(Machine machine, Path directory) throws Exception {
    check.run(machine, directory);
  }

  @Override
  public String toString() {
    return name;
  }
}
