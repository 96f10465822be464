// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.DiskFullException;
import dev.seawall.io.StorageException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

/// What the JDK's exceptions become.
final class Failures {
  private Failures() {}

  /// Makes the exception for an operation of the JDK that threw.
  static StorageException of(String operation, Path path, IOException cause) {
    if (cause instanceof StorageException known) {
      return known;
    }
    String detail = describe(cause);
    if (isTooLarge(detail)) {
      String allowed = detail + ": larger than the file system or `ulimit -f` allows";
      return new DiskFullException(operation, path, allowed, cause);
    }
    return isFull(detail)
        ? new DiskFullException(operation, path, detail + "; free some space", cause)
        : new StorageException(operation, path, detail, cause);
  }

  /// Makes the exception for an operation on a file that an earlier failure poisoned.
  static StorageException poisoned(String operation, Path path, StorageException first) {
    String detail =
        "not tried, because an earlier " + first.operation() + " failed; close it and open again";
    return new StorageException(operation, path, detail, first);
  }

  /// Makes the exception for an operation on a closed file.
  static StorageException closed(String operation, Path path) {
    return new StorageException(operation, path, "the file was closed", null);
  }

  private static String describe(IOException cause) {
    return switch (cause) {
      case NoSuchFileException _ -> "no such file or directory";
      case FileAlreadyExistsException _ -> "it exists already";
      case AccessDeniedException _ -> "permission denied; check owner and mode";
      case NotDirectoryException _ -> "not a directory";
      case DirectoryNotEmptyException _ -> "the directory is not empty";
      case ClosedByInterruptException _ -> "the thread was interrupted, which closed the file";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
    };
  }

  // The JDK keeps no error number, only the platform's text.
  private static boolean isFull(String detail) {
    String text = detail.toLowerCase(Locale.ROOT);
    return text.contains("no space left")
        || text.contains("quota exceeded")
        || text.contains("not enough space");
  }

  private static boolean isTooLarge(String detail) {
    return detail.toLowerCase(Locale.ROOT).contains("file too large");
  }
}
