// SPDX-License-Identifier: Apache-2.0

/// LTX, version 3: files that hold a contiguous range of SQLite transactions as pages. API.
///
/// This page is the format's only specification here. Source: `superfly/ltx` v0.5.2 and
/// `benbjohnson/litestream` v0.5.17, each rule checked against files that Litestream wrote.
///
/// An LTX file takes a database from transaction `min − 1` to transaction `max`: it holds the last
/// image of every page that the range changed, and the length of the database behind it. A file
/// whose first transaction is 1 is a *snapshot*: it holds every page. Transaction ids (*txid*) are
/// the replicator's own counter, one a shipped batch, not one a SQLite commit. All integers are
/// big-endian, but for those inside LZ4 frames.
///
/// ```
/// 0          100                                                             fileBytes
/// +----------+------------+-----+------------+-------+------------+------+---------+
/// | header   | page frame |  …  | page frame | 0 × 6 | page index | u64  | trailer |
/// +----------+------------+-----+------------+-------+------------+------+---------+
///                                             end mark             bytes of the index
/// ```
///
/// ## Header, 100 bytes
///
/// | position | type | field | meaning and limit |
/// |---|---|---|---|
/// | 0 | u32 | magic | `LTX1`. The version is not stored: versions 1 and 2 share the magic and cannot be told apart but by failing |
/// | 4 | u32 | flags | 2: no database checksums (Litestream always writes it). 0: tracked. Any other bit is *too new* |
/// | 8 | u32 | page size | a power of two, 512…65536 bytes |
/// | 12 | u32 | commit | length of the database behind this file, in pages |
/// | 16 | u64 | min txid | ≥ 1; 1 makes the file a snapshot |
/// | 24 | u64 | max txid | ≥ min txid, < 2⁶³ |
/// | 32 | i64 | timestamp | ms since 1970, UTC; information, may be 0 or go back |
/// | 40 | u64 | pre-apply checksum | 0 in a snapshot and without tracking; else not 0, bit 63 set |
/// | 48 | i64 | WAL position | where in SQLite's WAL the range began; 0: not told |
/// | 56 | i64 | WAL bytes | how many bytes of it; needs a WAL position |
/// | 64 | u32 ×2 | salts | of that WAL; not 0 only with a WAL position |
/// | 72 | u64 | node id | 0 |
/// | 80 | 20 bytes | reserved | zeros; what else stands there is hashed and ignored |
///
/// ## Page frame
///
/// u32 page number (from 1), u16 page flags, then the page in one of two encodings, which may be
/// mixed in one file and one chain:
///
/// | page flags | encoding | read by |
/// |---|---|---|
/// | 0 | one complete LZ4 *frame* that holds exactly one page. Content checksum mandatory, nothing behind it | every Litestream 0.5 |
/// | 1 | u32 length, then a raw LZ4 *block* of that length that holds exactly one page | Litestream ≥ 0.5.16 |
///
/// We write frames as Litestream does (64 KiB blocks, independent, content checksum, no content
/// size) unless [PageEncoding#BLOCK] is asked for. On reading, other block sizes, a content size,
/// block checksums and the *linked* flag are accepted; a page in several linked blocks is not,
/// since no writer makes one.
///
/// Page numbers ascend strictly. A snapshot begins with page 1 and has no hole up to `commit`. The
/// *lock page*, the one at byte 0x40000000, is never stored, is no hole, and is zeros after a
/// restore. Pages beyond `commit` are not written and are ignored when read.
///
/// ## Page index, its length, trailer
///
/// For each page frame, ascending: three LEB128 varints – page number, position of the frame in the
/// file, bytes of the frame with its header –; then one 0; then as u64 the number of bytes of all
/// that, the 0 included. The trailer is u64 post-apply checksum (0 without tracking) and u64 file
/// checksum, and nothing follows it.
///
/// ## Checksums
///
/// CRC-64/GO-ISO (reflected polynomial 0xD800000000000000, all ones before and after), and then bit
/// 63 is set. The check value of `123456789` before that is 0xB90956C775A41001.
///
/// The **file checksum** covers header, page headers, the length in front of a block, the
/// *uncompressed* pages, end mark, page index, its length, and the post-apply checksum. It does not
/// cover compressed bytes: two files with one checksum may differ. The **database checksum** of
/// tracked files is the XOR of the checksums of all pages (page number as u32, then the page; lock
/// page left out), bit 63 set; that of an empty database is 1 << 63.
///
/// ## When a file is valid
///
/// 1. Header, page frames, end mark, index, length and trailer follow each other as above and the
///    file ends there.
/// 2. Every field keeps its limit, every page expands to exactly one page, the order of pages
///    holds.
/// 3. The file checksum is right; and in a tracked snapshot the post-apply checksum too.
///
/// Litestream restores files whose page index is wrong, and so do we; [LtxDecoder#indexIsRight]
/// tells. Nothing of a file counts before the decoder has reached its end: pages come out while it
/// reads, and whoever takes them must throw them away when it fails.
///
/// ## Tracked files
///
/// We read them, because Litestream's chains may hold them, and never write them: Litestream 0.5
/// cannot restore a chain whose last file is tracked.
///
/// ## Crash cases
///
/// None of its own: a file is written under a temporary name, synced and renamed by whoever owns
/// the directory. A file that ends early has no valid trailer and is *truncated*, never shorter.
///
/// ## Version history
///
/// 3: frames a page, page index (ltx v0.3.0); the block encoding was added by ltx v0.5.2 without a
/// new version. 1 and 2 were never written by a released Litestream; they are refused.
@NullMarked
package dev.seawall.ltx;

import org.jspecify.annotations.NullMarked;
