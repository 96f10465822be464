// SPDX-License-Identifier: Apache-2.0

/// RocksDB as a peer, in a module of its own for the sake of its class path. Internal; the package
/// is explained where `Peer` is.
@NullMarked
package dev.seawall.bench.peers;

import org.jspecify.annotations.NullMarked;
