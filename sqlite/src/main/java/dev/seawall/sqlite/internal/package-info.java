// SPDX-License-Identifier: Apache-2.0

/// SQLite's own files, read beside SQLite: its write-ahead log, its wal-index, its database. It
/// knows nothing of stores and levels. Internal.
///
/// Source: SQLite's file format documentation ("The Write-Ahead Log", "WAL-mode File Format") and
/// the head of `src/wal.c`. All integers of the WAL are big-endian.
///
/// ## WAL file, `<database>-wal`
///
/// | position | type | header field |
/// |---|---|---|
/// | 0 | u32 | magic: 0x377f0682, checksum words are little-endian; 0x377f0683, big-endian |
/// | 4 | u32 | version, 3007000 |
/// | 8 | u32 | page size: a power of two, 512…65536 |
/// | 12 | u32 | checkpoint sequence |
/// | 16 | u32 ×2 | salts: the first grows by one at each restart, the second is random |
/// | 24 | u32 ×2 | checksum of the 24 bytes before |
///
/// Behind these 32 bytes stand frames: 24 bytes of header and one page each.
///
/// | position | type | frame field |
/// |---|---|---|
/// | 0 | u32 | page number |
/// | 4 | u32 | length of the database in pages if this frame ends a transaction, else 0 |
/// | 8 | u32 ×2 | salts |
/// | 16 | u32 ×2 | running checksum: of the first 8 bytes and the page, on top of the frame before |
///
/// A frame is **valid** when
///
/// 1. its salts are the header's, and
/// 2. the running checksum, from the header through every frame up to it, is right.
///
/// A valid header is one whose magic, version, page size and checksum are right; with any other one
/// the WAL holds nothing. There is no reading without checking.
///
/// ## What is committed
///
/// A valid frame with a length ends a transaction, and yet *it may not be committed*: its sync
/// failed or its writer died, and the next writer overwrites the same place with the same salts.
/// And a transaction that spilled before its end rewrites its own frames in place. So:
///
/// | rule | against |
/// |---|---|
/// | the [WalCursor] stands on commit ends only, and validation begins there | frames rewritten by their own transaction |
/// | what counts ends at `mxFrame` of the wal-index, when its salts are the WAL's | commits whose sync failed |
/// | without wal-index, the last transaction counts only if an earlier look saw the same end | the same |
/// | the header is read again after pages were read from a WAL | a restart in between |
/// | the last frame before the cursor is compared with what was read then | a commit that was replaced after all |
///
/// `mxFrame` moves after the sync of the commit (`sqlite3WalFrames`), so a commit at or before it
/// is one that SQLite itself would keep. The wal-index header stands twice in `-shm`; it is
/// believed when both copies are equal, its own checksum is right and it is initialised.
///
/// ## What can have happened between two looks
///
/// | seen | means | done |
/// |---|---|---|
/// | salts as before, cursor within the file | the same WAL, perhaps longer | read on |
/// | first salt one more | one restart: everything before it was checkpointed | read the new WAL, if the old one was read to its end and pinned; else a snapshot |
/// | any other salts | more than one restart, or another file | a snapshot and an event |
/// | no WAL, empty WAL, bad header | it was truncated, deleted, or is being begun | nothing to read; the next header decides |
/// | the file ends before the cursor, salts as before | cut by somebody | a snapshot and an event |
@NullMarked
package dev.seawall.sqlite.internal;

import org.jspecify.annotations.NullMarked;
