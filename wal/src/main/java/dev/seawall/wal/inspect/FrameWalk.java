// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.StorageException;
import java.lang.foreign.MemorySegment;

/// Walks the frames of one segment in order of position, and the stretches between them that are
/// none, up to the end of the file. Confined to one thread.
///
/// {@snippet :
/// try (FrameWalk walk = inspector.frames(segment)) {
///   while (walk.next()) {
///     print(walk.frame());
///   }
/// }
/// }
@SuppressWarnings("DoNotCallSuggester")
public final class FrameWalk implements AutoCloseable {
  FrameWalk() {}

  /// Moves to the next frame or stretch; returns false behind the last.
  ///
  /// @throws StorageException when the file cannot be read
  public boolean next() throws StorageException {
    throw new UnsupportedOperationException();
  }

  /// Returns the current frame or stretch.
  public FrameView frame() {
    throw new UnsupportedOperationException();
  }

  /// Returns the current frame's payload: a view that is valid until the next call of [#next] or
  /// [#close]; empty for a stretch.
  public MemorySegment payload() {
    throw new UnsupportedOperationException();
  }

  /// Gives memory and the open file back; idempotent.
  @Override
  public void close() {}
}
