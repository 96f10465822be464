// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The world failed: a file, directory, disk or lock did not do what was asked.
///
/// Carries the operation and the path; the message says what was being done, where, what happened
/// and what the operator can type next.
public class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final transient @Nullable Path path;

  /// Makes one.
  ///
  /// @param operation the verb that failed, for example `write`
  /// @param path the file or directory concerned
  /// @param detail what was expected and found, and the next step
  /// @param cause what the JDK said; null after a system call
  public StorageException(String operation, Path path, String detail, @Nullable Throwable cause) {
    super(operation + " " + path + ": " + detail, cause);
    this.operation = operation;
    this.path = path;
  }

  /// Returns the verb that failed.
  public String operation() {
    return operation;
  }

  /// Returns the file or directory concerned; null only after deserialisation.
  public @Nullable Path path() {
    return path;
  }
}
