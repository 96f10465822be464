// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import dev.seawall.wal.PayloadChangedException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The records, and last records of batches, whose callers changed the payload during the append;
/// nearly always none. Thread-safe.
final class PayloadChanges {
  private static final int LIMIT = 10_000;

  private final Set<Long> indexes = new HashSet<>();
  private volatile boolean any;

  /// Notes one; beyond a limit nobody asks for them any more and old ones are forgotten.
  synchronized void add(long index) {
    if (indexes.size() >= LIMIT) {
      indexes.clear();
    }
    indexes.add(index);
    any = true;
  }

  /// Returns what to tell the caller of this record, once; null when all is well.
  @Nullable PayloadChangedException take(long index) {
    if (!any) {
      return null;
    }
    synchronized (this) {
      return indexes.remove(index)
          ? new PayloadChangedException(
              "append record "
                  + index
                  + ": its payload, or that of a record of its batch, changed while it was copied; what was copied is stored with a right"
                  + " checksum. Hand in a buffer that nobody writes to",
              null)
          : null;
    }
  }
}
