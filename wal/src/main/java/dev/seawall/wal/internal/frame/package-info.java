// SPDX-License-Identifier: Apache-2.0

/// The format of a log on disk, version 1: this page is its only specification. Internal.
///
/// A log is a directory of segment files. All integers are little-endian. *Position* is a distance
/// in bytes from the start of a file.
///
/// ## Segment file
///
/// ```
/// position 0            4096                                  fileBytes
/// +---------------------+--------------------------------------+
/// | segment header      | frames, back to back, 8-byte aligned |  really written blocks, never sparse
/// +---------------------+--------------------------------------+
/// ```
///
/// ### Segment header (block 0; the rest of the block is zero)
///
/// | position | type | field | meaning |
/// |---|---|---|---|
/// | 0 | u64 | magic | the bytes `SEAWALL` and `0x0A` |
/// | 8 | u16 | version | 1; a greater one is *too new*, 0 is *too old* |
/// | 10 | u16 | zero | |
/// | 12 | u32 | features | what the segment's frames may use, see below; a set bit that the reader does not know is *too new* |
/// | 16 | u64 ×2 | log id | random, the same in every segment of a log |
/// | 32 | u64 | salt | random, drawn at every preparation and every reuse of the file |
/// | 40 | u64 | segment number | orders the files; never used again |
/// | 48 | u64 | created | wall clock, ms; information only |
/// | 56 | u64 | file bytes | the length that was written before the segment got its name |
/// | 64 | u64 | checksum | [Mix] of words 0…7 |
///
/// The header is synced before the file gets its final name; the name is durable before the
/// segment's first frame is written. So a final name with a bad header is damage, never a crash.
/// Every later version keeps these 72 bytes and their checksum where they are, so that *too new* is
/// never mistaken for damage, nor damage for *too new*.
///
/// | feature bit | its records may be |
/// |---|---|
/// | 1 | compressed |
/// | 2 | encrypted |
///
/// A writer that needs a feature which the active segment's header lacks seals that segment before
/// its first record, so a header never promises less than its frames use.
///
/// ## Frame
///
/// ```
/// 0        1        2        3        4        5        6        7        8
/// +--------+--------+--------+--------+--------+--------+--------+--------+
/// | header checksum                                                       |
/// +--------+--------+--------+--------+--------+--------+--------+--------+
/// | payload length, bytes             | type   | flags  | zero            |
/// +--------+--------+--------+--------+--------+--------+--------+--------+
/// | payload checksum (CRC32C)         | epoch                             |
/// +--------+--------+--------+--------+--------+--------+--------+--------+
/// | index                                                                 |
/// +--------+--------+--------+--------+--------+--------+--------+--------+
/// | timestamp                                                             |
/// +--------+--------+--------+--------+--------+--------+--------+--------+
/// | payload, then zeros up to the next multiple of 8                      |
/// ```
///
/// | field | RECORD | all others |
/// |---|---|---|
/// | index | the record's, the first of a log is 1 | that of the next record |
/// | timestamp | as the caller gave it, ms by convention | 0 |
/// | flags | bit 0: last record of its batch; bit 2: wrapped | 0 |
///
/// The **header checksum** is [Mix] over log id, salt, the frame's position in the file, and the
/// four words behind it. It is keyed by all that a frame must not be confused over: a frame of
/// another log, of an earlier use of the file, of another place in it, a frame image inside a
/// payload, and a page of zeros all fail it. It is 64 bits wide, because recovery tries every
/// 8-byte position of a tail: with 32 bits one segment in five hundred would hold a false frame.
///
/// The **payload checksum** is CRC32C over exactly the stored payload. It does not cover the
/// padding behind it, nor the payload of a PAD frame: flipped bits there are harmless and are not
/// reported.
///
/// ### When a frame is valid
///
/// 1. Its header checksum is right for this log, this salt and this position.
/// 2. Type and flags are known, reserved bits are zero, and the length is within the file and,
///    before anything else is done with it, within the limit of its type.
/// 3. Its payload checksum is right (not asked of PAD).
/// 4. Its values can be: what stands in front of a wrapped payload is whole, its reserved bytes are
///    zero and its plain length is within the limit; an epoch from 1 to 2³¹ − 1, an index from 1 to
///    2⁶² − 1, timestamp 0 unless it is a record; no promise reaches beyond the frame itself; a
///    group does not end before its first frame does; a predecessor, a first segment kept and a
///    segment that is cut are not above the frame's own, a successor is; every position is a
///    multiple of 8. So no chain of names leads back to where it came from, whatever was written.
///
/// ### When a valid frame *belongs*
///
/// It stands where the frame before it ends, its epoch is that of the frame before it – or it is an
/// EPOCH or STATE frame that raises it –, and its index is the next one. Frames that are valid and
/// do not belong do not exist for a reader.
///
/// ## Wrapped records
///
/// A record's payload is stored as the caller gave it, or *wrapped*: compressed, encrypted, or
/// compressed and then encrypted. Each record says so for itself, so one log holds any mixture. The
/// payload checksum is that of the stored bytes: recovery, verification and shipping need neither
/// codec nor key.
///
/// | offset | type | field | meaning |
/// |---|---|---|---|
/// | 0 | u8 | compression | 0: none, 1: one LZ4 block, 2: one Zstandard frame that states its content's length |
/// | 1 | u8 | cipher | 0: none, 1: AES-256-GCM |
/// | 2 | u16 | zero | |
/// | 4 | u32 | plain length | of what the caller gave, ≤ 2³⁰ |
/// | 8 | u64 | key id | only with a cipher: HKDF of the key itself, so that no other key has it |
/// | 16 | u64 ×2 | session | only with a cipher: random |
/// | 32 | u64 | number | only with a cipher: of the encryption |
/// | 8 or 40 | | body | compressed, encrypted |
/// | then | 16 bytes | tag | only with a cipher |
///
/// A wrapped record that is not encrypted is shorter than the payload; if it would not be, the
/// payload is stored as it was given. *Plain length* is compared with what so many bytes can give –
/// exactly as many, 255 times as many for LZ4, 128 KiB for every 4 for Zstandard – before anything
/// is allocated by it, and with what they did give.
///
/// **Keys.** A record is encrypted with a *session key*: HKDF-SHA256 of the caller's key with the
/// info `seawall record 1`, log id, epoch of the frame (u64) and session. The nonce is 4 zero bytes
/// and the number, big-endian. Authenticated besides: index, timestamp, bit 0 of the flags (u64
/// each), and the 40 bytes in front. So a record is bound to its log by its key, and to its place
/// by its tag.
///
/// **Why no nonce comes twice for a session key.** The number belongs to one opening of the log: it
/// grows with every encryption and never goes back, also when the claim that it was drawn for is
/// taken back. Openings differ in their epoch: it is above every epoch that stands anywhere in the
/// files, and it is on the disk, synced, before the first record is encrypted in it. So after a
/// crash, a cut or a suffix truncation the same index, position or file is encrypted in another
/// epoch; a recycled file changes nothing, because neither file nor position takes part. What an
/// epoch cannot tell apart are two copies of one log that go on separately, as from a backup: there
/// the 128 random bits of the session do. A machine that is duplicated while it runs, memory
/// included, is beyond this.
///
/// Not hidden: indexes, timestamps, lengths (and with compression how well a payload compresses),
/// names of pins. Not prevented: that somebody cuts the log's end, or replaces it by an older copy.
///
/// ## Types
///
/// | code | type | payload | written |
/// |---|---|---|---|
/// | 1 | RECORD | the caller's bytes, ≤ `maxRecordBytes`, or wrapped | |
/// | 2 | PAD | filler | to end a group on a block boundary |
/// | 3 | STATE | promise, log state | first in every segment, and whenever the log state changes |
/// | 4 | EPOCH | promise, cut | by recovery, at the cut; a suffix truncation writes a STATE there that raises the epoch |
/// | 5 | GROUP | promise, end of the group | first in every group |
/// | 6 | MARK | promise, end of itself | when idle, and at close (then flag bit 1 is set) |
/// | 7 | SEAL | promise, summary, successor | last in a segment |
/// | 8 | CUT | promise, truncation | the commit point of a suffix truncation; a STATE stands right in front of it |
///
/// Each of 3…8 starts with a **promise**: u64 segment number, u64 position. It says: *all bytes
/// before that position, and all earlier segments, were covered by a sync that returned success
/// before this frame was encoded; they end with a whole batch.*
///
/// | type | behind the promise, at payload offset 16 |
/// |---|---|
/// | GROUP, MARK | u64 position where the group ends |
/// | SEAL | u64 first index, u64 last index (first − 1 when empty), u64 greatest timestamp, u64 successor's segment number, u64 wall clock in ms |
/// | EPOCH | u64 last index kept |
/// | CUT | u64 new epoch, u64 last index kept, u64 segment number and u64 position of the cut, u64 first index of that segment |
/// | STATE | u64 first index kept, u64 first segment kept, u64 highest segment number, u64 first index of this segment, u64 predecessor (its number; 0: none), u64 predecessor's salt, u64 predecessor's end, u64 predecessor's first index, u64 checkpoint (0: none), u32 pins, then per pin u64 index, u32 length, name in UTF-8 |
///
/// A group is what one write takes: GROUP, MARK, SEAL, STATE or EPOCH, then records. A batch never
/// leaves its group, a group never leaves its segment. A log's last block may be written again with
/// the same bytes in front and more behind.
///
/// ## Assumptions
///
/// A write in place that is cut short by loss of power leaves each 512-byte sector old or new and
/// touches no other (*powersafe overwrite*, as SQLite has it); `WalOptions.withTailBlock` names the
/// option that does without. A sync that returned success is true. Everything else is checked.
///
/// ## Crash cases
///
/// | crash | seen at open | done |
/// |---|---|---|
/// | while a segment is prepared | a `-pre` file | removed |
/// | a prepared segment waits | header right, no frame | removed, or taken when its predecessor names it |
/// | within a group | bytes behind the last promise do not validate | cut after the last whole batch, told |
/// | between two sectors of a rewritten tail block | the bytes in front are the same in both versions | as above |
/// | killed, page cache alive | whole frames that no sync covers | written again and synced before they count |
/// | after SEAL, before the successor's STATE | seal names a successor without a frame | successor becomes active |
/// | within the EPOCH frame of a recovery | nothing was promised behind the cut | the same cut again, with a higher epoch |
/// | within a suffix truncation | CUT with an epoch above all others; it stands where what is written at the cut does not touch it | finished |
/// | within a prefix truncation | files below *first segment kept* | removed |
///
/// ## Version history
///
/// 1: the first. Features 1 and 2, wrapped records, were added to it: a segment without them is
/// byte for byte what it was, and one with them is *too new* for a program that does not know them.
@NullMarked
package dev.seawall.wal.internal.frame;

import org.jspecify.annotations.NullMarked;
