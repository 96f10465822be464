// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.lang.foreign.MemorySegment;

/// One buffer of a [BufferPool]. Confined to its owner.
public interface PooledBuffer extends AutoCloseable {

  /// Returns the memory; valid until released.
  ///
  /// @throws IllegalStateException when it was released
  MemorySegment segment();

  /// Gives it back.
  ///
  /// @throws IllegalStateException when it was released before
  void release();

  /// Releases it unless it was released.
  @Override
  void close();
}
