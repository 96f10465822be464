// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Fence;
import dev.seawall.archive.LinkStore;
import dev.seawall.archive.Replica;

/// What everybody who writes to one replica works with. Immutable.
///
/// @param shipper what all databases of the process share
/// @param replica where to
/// @param links the local queue
/// @param fence whether the replica is ours
/// @param options of this database
/// @param events who is told
/// @param wake makes the replicator's next step come at once
record Setting(
    Shipper shipper,
    Replica replica,
    LinkStore links,
    Fence fence,
    ReplicatorOptions options,
    Events events,
    Runnable wake) {}
