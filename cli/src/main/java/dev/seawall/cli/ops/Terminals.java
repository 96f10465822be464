// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.ops;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who sits at the other end of a standard stream.
public final class Terminals {
  private Terminals() {}

  /// Returns whether this descriptor (0, 1 or 2) is a terminal. Where the system does not say it
  /// for one descriptor, it is a terminal if input and output are.
  @SuppressWarnings("SystemConsoleNull") // Since 25 it may be null again: `jdk.console=java.base`.
  public static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      if (Files.isSymbolicLink(link)) {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      }
    } catch (IOException _) {
      // Not Linux, or /proc is closed: the console decides.
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
