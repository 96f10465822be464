// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

/// A verb ends without its result. The message says what was being done, where, what was expected
/// and found, and what to type next.
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  /// Makes one.
  public CommandFailure(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /// Makes one with a cause.
  public CommandFailure(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /// Returns how the command ends.
  public ExitCode exitCode() {
    return exitCode;
  }
}
