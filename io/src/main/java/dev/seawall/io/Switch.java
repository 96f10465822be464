// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What an operator can switch off by an environment variable, without a change of the program: a
/// way out when a kernel, a container or a driver misbehaves. All are off by default.
///
/// The real machine reads the variables ([SystemMachine]) and says in [Machine#switches] which are
/// on; a simulated machine has those that it was made with. No switch changes a byte on disk.
public enum Switch {
  /// io_uring is not used, whatever was asked for.
  DISABLE_IO_URING("SEAWALL_WAL_DISABLE_IO_URING"),
  /// Buffers are taken from the system one by one and given back, without huge pages: see
  /// [BufferPools].
  DISABLE_BUFFER_POOL("SEAWALL_WAL_DISABLE_BUFFER_POOL"),
  /// Locks are those of `java.util.concurrent`.
  USE_STD_LOCKS("SEAWALL_WAL_USE_STD_LOCKS");

  private final String variable;

  Switch(String variable) {
    this.variable = variable;
  }

  /// Returns the name of the environment variable.
  public String variable() {
    return variable;
  }

  /// Returns why something is not used when this is on, without the sentence's end.
  public String reason() {
    return variable + " is set";
  }

  /// Reads the switches that are on from an environment. Pure.
  ///
  /// @param environment variables and their values: `true`, `1`, `yes`, `on` switch on; `false`,
  ///   `0`, `no`, `off` and nothing do not
  /// @throws IllegalArgumentException for any other value
  public static Set<Switch> from(Map<String, String> environment) {
    Set<Switch> on = EnumSet.noneOf(Switch.class);
    for (Switch each : values()) {
      if (isOn(each.variable, environment.getOrDefault(each.variable, ""))) {
        on.add(each);
      }
    }
    return Collections.unmodifiableSet(on);
  }

  private static boolean isOn(String variable, String value) {
    return switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes", "on" -> true;
      case "", "false", "0", "no", "off" -> false;
      default ->
          throw new IllegalArgumentException(
              "environment variable "
                  + variable
                  + " = '"
                  + value
                  + "': expected true or false. Correct it, or unset it");
    };
  }
}
