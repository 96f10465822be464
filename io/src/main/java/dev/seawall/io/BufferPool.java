// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import org.jspecify.annotations.Nullable;

/// Off-heap buffers that are used again, bounded. Thread-safe.
///
/// A buffer has one owner: who acquired it, then whoever it was handed to. Releasing one twice, or
/// using it after its release, is an [IllegalStateException].
public interface BufferPool extends AutoCloseable {

  /// Takes a buffer of at least `bytes` bytes, aligned to [StorageFile#BLOCK_BYTES] when it is that
  /// large. Allocates nothing on the heap when a buffer is used again.
  ///
  /// @return null when the pool's limit is reached
  /// @throws IllegalArgumentException when `bytes` is not positive or over the pool's limit
  @Nullable PooledBuffer tryAcquire(long bytes);

  /// Returns the bytes that are handed out now.
  long usedBytes();

  /// Frees everything; buffers still out are freed when released. Idempotent.
  @Override
  void close();
}
