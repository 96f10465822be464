// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/// Modes 0600 and 0700, set in the call that creates; nothing on Windows, where the parent's access
/// list is inherited.
final class OwnerOnly {
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

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
