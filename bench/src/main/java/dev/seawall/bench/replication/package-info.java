// SPDX-License-Identifier: Apache-2.0

/// Seawall beside Litestream, as processes, on the same databases and stores: `bench/replication`.
///
/// Writers commit rows that carry their number, and remember when each commit returned. Afterwards
/// every database is restored by the tool's own command and compared row by row; a write's lag is
/// the time from its commit until the object that brings it became visible, by the file system's
/// clock, found by applying the objects one by one.
@NullMarked
package dev.seawall.bench.replication;

import org.jspecify.annotations.NullMarked;
