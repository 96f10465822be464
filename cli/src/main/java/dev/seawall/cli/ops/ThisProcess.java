// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.ops;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who we are, for people.
public final class ThisProcess {
  private ThisProcess() {}

  /// Returns the machine's name and this process's number.
  public static String describe() {
    return host() + " pid " + ProcessHandle.current().pid();
  }

  private static String host() {
    try {
      // Asked first: it never waits for a name server.
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      if (!name.isEmpty()) {
        return name;
      }
    } catch (IOException _) {
      // Not Linux.
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "unknown host";
    }
  }
}
