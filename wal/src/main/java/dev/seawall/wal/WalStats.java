// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.BackendReport;
import java.util.List;

/// A snapshot of counters since open. Bytes and nanoseconds.
///
/// @param backend the I/O backend in use
/// @param refusedBackends what would have come before it, and why it is not in use; empty when the
///   first choice works
/// @param claimLock the lock under which appends claim their place
/// @param firstIndex the first record kept
/// @param lastIndex the last accepted record
/// @param durableIndex the last durable record
/// @param writtenIndex the last record handed to the file
/// @param segments files that hold frames
/// @param preparedSegments files that wait
/// @param logBytes length of all segment files, waiting ones included
/// @param appendedRecords records accepted
/// @param appendedBytes payload bytes accepted
/// @param groups groups written
/// @param syncs syncs and durable writes
/// @param writtenBytes bytes handed to files, padding and rewritten blocks included
/// @param syncNanosTotal time spent in groups from submission to durability
/// @param syncNanosMax the longest of them
/// @param rolls segments sealed
/// @param recycledSegments files used again
/// @param preparationWaits appends that waited for a prepared segment
/// @param queueWaits appends that waited for a staging window
/// @param rejected appends refused
/// @param unwrittenRecords records accepted but not yet written
public record WalStats(
    String backend,
    List<BackendReport.Refusal> refusedBackends,
    WalOptions.ClaimLock claimLock,
    long firstIndex,
    long lastIndex,
    long durableIndex,
    long writtenIndex,
    int segments,
    int preparedSegments,
    long logBytes,
    long appendedRecords,
    long appendedBytes,
    long groups,
    long syncs,
    long writtenBytes,
    long syncNanosTotal,
    long syncNanosMax,
    long rolls,
    long recycledSegments,
    long preparationWaits,
    long queueWaits,
    long rejected,
    long unwrittenRecords) {
  /// Copies the list.
  public WalStats {
    refusedBackends = List.copyOf(refusedBackends);
  }
}
