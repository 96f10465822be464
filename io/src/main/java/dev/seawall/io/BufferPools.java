// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import dev.seawall.io.internal.SlabPool;

/// Makes buffer pools.
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
    return new SlabPool(limitBytes);
  }
}
