// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import dev.seawall.io.internal.OwnerOnly;
import java.nio.file.Path;

/// Files that hold secrets: small, and readable by their owner alone.
public final class SecretFile {
  private SecretFile() {}

  /// Reads the whole file; links are followed.
  ///
  /// On systems without modes (Windows) only the parent's access list protects it.
  ///
  /// @throws StorageException when it is missing, longer than `maxBytes`, or readable or writable
  ///   by anybody but its owner
  public static byte[] read(Path path, int maxBytes) throws StorageException {
    return OwnerOnly.read(path, maxBytes);
  }
}
