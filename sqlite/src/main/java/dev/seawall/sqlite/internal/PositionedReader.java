// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import java.lang.foreign.MemorySegment;

/// Bytes that can be read from any position: an open file (`file::read`), or a part of one.
@FunctionalInterface
public interface PositionedReader {
  /// Reads up to `target.byteSize()` bytes; fewer only at the end.
  int read(long position, MemorySegment target) throws StorageException;
}
