// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.io.PrintStream;

/// One line on standard error that is written over and over, and lines that stay above it. Without
/// a person there, only the latter. Thread-safe.
final class StatusLine {
  private static final int WIDTH = 100;
  private static final String CLEAR = "\r\u001b[K";

  private final Session session;
  private String shown = "";

  StatusLine(Session session) {
    this.session = session;
  }

  /// Writes a line that stays.
  synchronized void say(String text) {
    PrintStream err = session.err();
    if (shown.isEmpty()) {
      session.note(text);
    } else {
      err.print(CLEAR);
      session.note(text);
      err.print(shown);
      err.flush();
    }
  }

  /// Replaces the line, when a person sits there.
  synchronized void show(String text) {
    if (session.drawsProgress()) {
      shown = text.length() > WIDTH ? text.substring(0, WIDTH - 1) + "…" : text;
      session.err().print(CLEAR + shown);
      session.err().flush();
    }
  }

  /// Takes the line away.
  synchronized void end() {
    if (!shown.isEmpty()) {
      session.err().print(CLEAR);
      session.err().flush();
      shown = "";
    }
  }
}
