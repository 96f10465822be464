// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Modes 0600 and 0700, set in the call that creates; nothing on Windows, where the parent's access
/// list is inherited.
public final class OwnerOnly {
  private static final Set<PosixFilePermission> OWNERS =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);
  private static final FileAttribute<?>[] NONE = {};
  private static final FileAttribute<?>[] FILE = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
  };
  private static final FileAttribute<?>[] DIRECTORY = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
  };

  private OwnerOnly() {}

  static FileAttribute<?>[] file(Path path) {
    return hasModes(path) ? FILE.clone() : NONE;
  }

  static FileAttribute<?>[] directory(Path path) {
    return hasModes(path) ? DIRECTORY.clone() : NONE;
  }

  /// Reads a small file whose mode lets nobody in but its owner.
  ///
  /// @throws StorageException when it cannot be read, is too long, or has another mode
  public static byte[] read(Path path, int maxBytes) throws StorageException {
    try {
      if (hasModes(path)) {
        Set<PosixFilePermission> modes = Files.getPosixFilePermissions(path);
        if (!OWNERS.containsAll(modes)) {
          throw new StorageException(
              "read",
              path,
              "its mode is "
                  + PosixFilePermissions.toString(modes)
                  + ", and a file with secrets must be its owner's alone. Type `chmod 600 "
                  + path
                  + "`",
              null);
        }
      }
      try (InputStream in = Files.newInputStream(path)) {
        byte[] content = in.readNBytes(maxBytes + 1);
        if (content.length > maxBytes) {
          throw new StorageException(
              "read", path, "it has more than the " + maxBytes + " bytes allowed", null);
        }
        return content;
      }
    } catch (NoSuchFileException e) {
      throw new StorageException("read", path, "there is no such file. Check the path", e);
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw new StorageException("read", path, String.valueOf(e), e);
    }
  }

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
