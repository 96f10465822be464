// SPDX-License-Identifier: Apache-2.0

/// Seawall beside the logs people use today, on the same work, in one run. Never published.
///
/// [Compare] is the coordinator: it forks one [Measure] for each peer, cell and repetition, peers
/// taking turns within a repetition, and writes the report. A [Peer] adapts one log; [Payloads] and
/// [Checker] know every byte that must be read back.
@NullMarked
package dev.seawall.bench.peers;

import org.jspecify.annotations.NullMarked;
