// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import dev.seawall.io.internal.OffHeap;
import dev.seawall.io.internal.ProcessSwitches;
import dev.seawall.io.internal.SlabPool;
import java.lang.foreign.MemorySegment;

/// Makes buffer pools.
///
/// With [Switch#DISABLE_BUFFER_POOL] every buffer is taken from the system when it is acquired and
/// given back when it is released, and nobody asks for huge pages; limits hold as before.
public final class BufferPools {
  private BufferPools() {}

  /// Makes a pool of off-heap memory in sizes of powers of two from 1 KiB.
  ///
  /// Memory is taken from the system in slabs of up to 2 MiB, which are huge pages where the system
  /// gives them to whoever asks, and stays with the pool until [BufferPool#close] or until another
  /// size needs the room. The content of a buffer is whatever its last owner left (with assertions
  /// on: rubbish). A second release is found as long as nobody has acquired the buffer again.
  ///
  /// @param limitBytes the most memory taken from the system at one time, in bytes, at least 1024
  public static BufferPool offHeap(long limitBytes) {
    return new SlabPool(limitBytes, ProcessSwitches.poolsBuffers());
  }

  /// Returns zeroed off-heap memory for direct I/O, aligned to [StorageFile#BLOCK_BYTES]: huge
  /// pages where it is 2 MiB or more and the system gives them, so that a large write is one
  /// request. Freed when nobody can reach it any more, slices included; usable from every thread.
  ///
  /// @param bytes how much, greater than 0
  public static MemorySegment memory(long bytes) {
    return OffHeap.collected(bytes, ProcessSwitches.poolsBuffers());
  }
}
