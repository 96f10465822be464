// SPDX-License-Identifier: Apache-2.0

/// SQLite databases to a replica and back. API; [Shipper] and [Replicator] bring a live database
/// there, [Restore] brings one back.
///
/// A *replica* is the copy of one database in an object store: links, each an LTX file
/// ([dev.seawall.ltx]) that covers a range of transaction ids. Links stand on *levels*: level 0 has
/// what was shipped, levels 1 to 8 the same merged, level 9 snapshots. Source: Litestream v0.5.17.
///
/// ## Where a replica's objects are
///
/// | layout | key below the replica's path | written by |
/// |---|---|---|
/// | S3 | `%04x/<min>-<max>.ltx`, the level in four hexadecimal digits | Litestream 0.5 on S3 and OSS |
/// | files | `ltx/<level>/<min>-<max>.ltx`, the level in decimal | Litestream 0.5 on file systems and everything else |
/// | generations | `generations/<16 hex>/snapshots/<8 hex>.snapshot.lz4` and `…/wal/<8 hex>_<8 or more hex>.wal.lz4` | Litestream 0.3 |
///
/// Any of them is read from any store.
///
/// ## How a live database gets there
///
/// ```
///   SQLite's WAL ──► capture ──► link in the local queue ──► uploader ──► replica, level 0
///      (pinned)        │          (durable: a promise)        (in order)
///                      └── checkpoint: only of what is durable in the queue
/// ```
///
/// 1. The first link, and the one after every loss, has all pages. Each one after it has the last
///    image of every page that its transactions changed, grew or left unwritten.
/// 2. A transaction id stands for one link, not for one transaction of SQLite. The first commit
///    after a quiet time is captured at the next look, those that follow within the sync interval
///    together.
/// 3. The database is looked at by its wal-index: 48 bytes, when nothing was committed; half as
///    often after ten quiet seconds, a quarter as often after a minute. Its files are looked at
///    each two seconds, too, and whenever the wal-index says something.
/// 4. What the WAL cannot tell – it was checkpointed while nobody followed, restarted past the pin,
///    cut, replaced – is a *loss*: an event, and a new link with all pages.
/// 5. While nothing is committed nothing is written, here or there, and no request is made.
///
/// ## Who may be where when the replicator dies
///
/// | moment | what is left | the next start |
/// |---|---|---|
/// | a capture is being written | `link.tmp` | removes it; reads the same transactions from the WAL again |
/// | the link is durable, the capture not accepted | the link | goes on behind it: its metadata say where it ends in the WAL |
/// | it is shipped, and its file removed | the queue's `position`, with the same metadata | goes on behind it |
/// | in a checkpoint, the pin passed on | all of the WAL up to the pin in the queue | goes on |
/// | in a checkpoint, the pin let go | all of the WAL in the queue | goes on, if the WAL was not restarted; else a loss |
/// | the spool is lost | the replica | takes over at the replica's end, with all pages |
///
/// A start goes on without a new snapshot if the WAL still has the same salts and the frame before
/// the position has the same running checksum, which stands for everything before it.
///
/// ## What a restore is made of
///
/// 1. Over all levels, and as often as possible: of the links that begin at most one transaction
///    after what is reached and end no later than what was asked for, the one that reaches
///    farthest; of several, the one of the highest level ([dev.seawall.archive.RestorePlan]). That
///    is the newest snapshot of level 9 at first, unless merged links reach farther.
/// 2. For a time: of the links whose last commit was seen at or before it.
/// 3. It must begin with transaction 1, and reach what was asked for.
/// 4. If nothing goes on from what is reached, but links lie beyond it, that is a *gap*: an error
///    that names both neighbours, also when a time was asked for – Litestream would then restore an
///    older state and call it success.
/// 5. Each file is verified to its end, its header says what its name says, and together they have
///    every page of the database ([dev.seawall.ltx.LtxCompactor]).
///
/// Generations of 0.3: the newest snapshot, or the newest before the time asked for; then its WAL
/// segments, index by index and without a hole, of which every whole transaction is applied.
///
/// ## Crash cases of a restore
///
/// | crash | left behind | afterwards |
/// |---|---|---|
/// | while it writes | `<output>.restore.tmp` | the next restore to that output replaces it |
/// | while it checks | `<output>.restore` | the same |
/// | around the rename | the output, whole and synced, or not yet | either is right |
///
/// The output never holds part of a database, and what stood there is never touched: a restore
/// refuses to begin when there is an output, or a `-wal`, `-shm` or `-journal` of its name, which
/// SQLite would apply to it.
@NullMarked
package dev.seawall.replicate;

import org.jspecify.annotations.NullMarked;
