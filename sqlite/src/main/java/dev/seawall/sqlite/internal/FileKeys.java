// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// Tells files apart by what they are, not by their names: device and inode. A `stat`, which opens
/// nothing.
///
/// The one class of this module that asks the file system itself, because [dev.seawall.io] does not
/// tell this; the rule that forbids it names this class.
@FunctionalInterface
interface FileKeys {
  /// Returns the key of the file at a path, symbolic links followed; null when there is none.
  @Nullable Object keyOf(Path path) throws StorageException;

  /// Returns the real ones. Where a platform has none (Windows), the real path stands for it.
  static FileKeys system() {
    return path -> {
      try {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key != null ? key : path.toRealPath();
      } catch (NoSuchFileException _) {
        return null;
      } catch (IOException e) {
        throw new StorageException("stat", path, String.valueOf(e.getMessage()), e);
      }
    };
  }
}
