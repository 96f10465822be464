// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// No space is left (ENOSPC, EDQUOT, EFBIG): the operation was not done, or was done in part.
public final class DiskFullException extends StorageException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  ///
  /// @param operation the verb that failed, for example `write`
  /// @param path the file or directory concerned
  /// @param detail what was expected and found, and the next step
  /// @param cause what the JDK said; null after a system call
  public DiskFullException(String operation, Path path, String detail, @Nullable Throwable cause) {
    super(operation, path, detail, cause);
  }
}
