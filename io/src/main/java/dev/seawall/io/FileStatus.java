// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// What stands at a path.
///
/// @param kind what it is
/// @param bytes its length in bytes; 0 unless a file
/// @param links its number of hard links; 1 where the platform does not tell, 0 when nothing stands
///   there
public record FileStatus(Kind kind, long bytes, int links) {
  /// The closed set of what can stand at a path.
  public enum Kind {
    /// Nothing.
    MISSING,
    /// A regular file.
    FILE,
    /// A directory.
    DIRECTORY,
    /// A symbolic link, device, socket or pipe.
    OTHER
  }

  /// Checks that neither number is negative.
  public FileStatus {
    if (bytes < 0 || links < 0) {
      throw new IllegalArgumentException("bytes " + bytes + ", links " + links);
    }
  }

  /// Returns whether a regular file stands there.
  public boolean isFile() {
    return kind == Kind.FILE;
  }

  /// Returns whether nothing stands there.
  public boolean isMissing() {
    return kind == Kind.MISSING;
  }
}
