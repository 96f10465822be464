// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// How real files are written.
public enum Backend {
  /// The best that works here; [BackendChoice#of] has the order. A file system that refuses direct
  /// I/O (tmpfs of old kernels, some overlays) gets the same system calls through the page cache;
  /// [FileSystem#backend] then says `buffered`, and [FileSystem#report] why.
  AUTO,
  /// `FileChannel`, on every platform. Threads other than the file's own must not write: see
  /// [IoQueue#callerMayLead].
  CHANNEL,
  /// System calls with direct I/O, or a [StorageException] that says why not. Several long writes
  /// are in flight by four threads of their queue, see [IoQueue#depth].
  DIRECT,
  /// System calls with direct I/O by four threads of each queue, so that as many operations are in
  /// flight; or a [StorageException] that says why not. Where io_uring is forbidden, and groups are
  /// large or many: a lone operation pays for being handed over.
  THREADS,
  /// Linux's io_uring with direct I/O: several operations really in flight, see [IoQueue#depth]; or
  /// a [StorageException] that says why not. Often forbidden in containers.
  URING
}
