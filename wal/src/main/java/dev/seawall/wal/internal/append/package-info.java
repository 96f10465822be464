// SPDX-License-Identifier: Apache-2.0

/// The append path and group commit. Internal.
///
/// An append claims index and place under one short lock and is encoded into a window; windows go
/// to the file group by group; a sync covers a prefix of the groups; whoever waits for it is woken.
/// Whoever leads ([Leadership]) does all of that: the log's own thread, or an appender that is
/// alone.
///
/// # Several groups in flight
///
/// Where the backend has operations of a group's length in flight ([dev.seawall.io.IoQueue#depth]
/// above 1), such groups end on a block's boundary and are written beside each other: small ones
/// two at a time as durable writes, large ones four; what comes on top of them is written plainly,
/// and one sync serves all of it. A group for which the depth is 1 waits until it is alone. What is
/// durable is always a prefix: a group counts when it and all before it are durable. The leader
/// sleeps in the queue; an append that makes a group worth sending wakes it ([Gathering] says how
/// many that takes).
///
/// # Mapped
///
/// With [dev.seawall.wal.WalOptions.AppendMode#MAPPED] the window is encoded all the same, and each
/// batch is also stored into a mapping of the segment before its append returns. A group is never
/// written again: its GROUP frame keeps its first form, whose end is its own, because a death in
/// the middle of a second store would tear what had been returned. The checksum is that of the
/// copy, not of the caller's bytes.
///
/// | crash | seen at open | done |
/// |---|---|---|
/// | process, inside a store | the batch does not validate, everything before it does | cut there; that append had not returned |
/// | process, frames no sync covered | whole frames behind the last promise | written again and synced before they count |
/// | power, frames no sync covered | each sector old or new | cut after the last whole batch, told |
/// | either, behind a SEAL | the seal is durable: a mapping gets its first frame only then | as above |
///
/// The last line is why a rolling append of a mapped log waits for a sync (ADR 0008).
@NullMarked
package dev.seawall.wal.internal.append;

import org.jspecify.annotations.NullMarked;
