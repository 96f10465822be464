// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.DiskFullException;
import dev.seawall.io.StorageException;
import java.nio.file.Path;

/// Linux error numbers (asm-generic, the same on x86-64 and arm64) and what they become.
final class Errno {
  static final int EPERM = 1;
  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EBUSY = 16;
  static final int EINVAL = 22;
  static final int EFBIG = 27;
  static final int ENOSPC = 28;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;
  static final int EDQUOT = 122;
  static final int ECANCELED = 125;

  private Errno() {}

  /// Makes the exception for a call that returned -1.
  ///
  /// @param where the place inside the file, for example `at position 4096`; may be empty
  static StorageException failure(String operation, Path path, String where, int errno) {
    String detail = (where.isEmpty() ? "" : where + ": ") + describe(errno);
    return switch (errno) {
      case ENOSPC, EDQUOT, EFBIG -> new DiskFullException(operation, path, detail, null);
      default -> new StorageException(operation, path, detail, null);
    };
  }

  /// Returns the symbolic name, meaning and next step of an error number.
  static String describe(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM, not permitted; check owner and mode";
      case 2 -> "ENOENT, no such file or directory";
      case EINTR -> "EINTR, interrupted";
      case 5 -> "EIO, the device failed; look at `dmesg` and the disk's health";
      case 9 -> "EBADF, bad descriptor";
      case EAGAIN -> "EAGAIN, the device kept saying try again";
      case ENOMEM -> "ENOMEM, the kernel is out of memory";
      case 13 -> "EACCES, permission denied; check owner and mode";
      case 14 -> "EFAULT, bad address";
      case EBUSY -> "EBUSY, busy";
      case 17 -> "EEXIST, it exists already";
      case 20 -> "ENOTDIR, a part of the path is not a directory";
      case 21 -> "EISDIR, it is a directory";
      case EINVAL -> "EINVAL, the file system refuses this position, length or mode";
      case 23 -> "ENFILE, the system has too many open files; raise fs.file-max";
      case 24 -> "EMFILE, the process has too many open files; raise `ulimit -n`";
      case EFBIG -> "EFBIG, larger than the file system or `ulimit -f` allows";
      case ENOSPC -> "ENOSPC, no space left; free some, see `df`";
      case 30 -> "EROFS, the file system is read-only; see `mount`";
      case 36 -> "ENAMETOOLONG, the name is too long";
      case ENOSYS -> "ENOSYS, the kernel lacks this call";
      case 40 -> "ELOOP, too many symbolic links";
      case EOPNOTSUPP -> "EOPNOTSUPP, not supported here";
      case 116 -> "ESTALE, the network file system lost the file";
      case EDQUOT -> "EDQUOT, the quota is used up; see `quota`";
      case ECANCELED -> "ECANCELED, cancelled before it began";
      default -> "errno " + errno;
    };
  }
}
