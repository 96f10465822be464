// SPDX-License-Identifier: Apache-2.0

/// Finding the end of the log at open, and making what is kept durable. Internal.
///
/// The format, and when a frame is valid and belongs, is in `frame/package-info`. This page is the
/// table of verdicts: what stands in a directory, what open does, and why that is safe. The table
/// is total – every directory leads to one row –, and `RecoveryVerdictTest` has a test for each
/// row, `RecoveryTotalTest` one that makes directories up. One directory always leads to the same
/// row.
///
/// # How the end is found
///
/// 1. Names that do not match exactly are left alone. Headers are read; all files that hold a frame
///    must belong to one log.
/// 2. From the highest number down, the first segment with a valid first frame is the *tail*. Those
///    above it *wait*.
/// 3. The tail is walked frame by frame; behind the first break every 8-byte position is tried. The
///    *promise* is the highest in any valid frame found, in the tail and in those that wait. The
///    *cut* is the end of the last whole batch before the break.
/// 4. From the tail the chain of predecessors is followed, each named by its successor with number,
///    salt and end; of each the header, the first frame and the seal are read.
///
/// # Verdicts on the directory
///
/// | what is seen | verdict | why it is safe |
/// |---|---|---|
/// | nothing, or no file with a frame and no promise | new log | the first frame of a log is synced before open returns, so nothing was ever accepted |
/// | `-pre` files, whatever is in them | removed | a file gets frames only under its final name |
/// | a sound file that waits and that nobody names | removed; its number counts as used | it was prepared, or its removal did not last |
/// | a file that waits and that the seal of the tail names | becomes active | the seal is synced before its successor is written |
/// | a final name with a bad header: empty, short, a directory, another number, a length that no segment has | corrupt | the header is synced before the rename |
/// | header of a newer or older format | *too new*, *too old* | never called damage: the checksum of the header stands where it always will |
/// | two files of one number | corrupt | numbers are never used again, so one of them was put there |
/// | files of two logs that both hold frames | corrupt, naming the fewer | neither is removed: which is the right one is the operator's to say |
/// | shorter than its header says | corrupt as the tail or above it, else a damaged range | every block was written before the header was |
/// | longer than its header says | ignored | no frame reaches beyond the length in the header |
///
/// # Verdicts on the end
///
/// | what is seen | verdict | why it is safe |
/// |---|---|---|
/// | whole frames up to the cut, nothing known behind it | clean | |
/// | bytes that do not validate behind the promise | torn: cut, and told with bytes, whole frames, lowest index | no sync covered them, so nothing there was acknowledged as durable – but for the last groups of a killed log, at most as many as there are writes in flight |
/// | whole frames behind the break, also of groups that are whole | dropped, counted | writes in flight are not ordered: their beginning is not there |
/// | the promise lies behind the cut | corrupt | a sync that covered those bytes had returned success |
/// | frames of an epoch whose first frame is gone | corrupt | an epoch's first frame is synced before the second is written |
/// | torn EPOCH | the same cut, with an epoch above all that was seen | nothing follows an EPOCH frame before it is synced |
/// | torn first frame of the newest segment, nothing of it promised | torn: the segment waits again | as above; its other frames are told as dropped |
/// | the same, and its frames promise more of the segments before than is there | corrupt | what they promise was synced |
/// | seal, and the file that it names is missing | corrupt | a segment is prepared and its name durable before it is named |
/// | an oversize segment that is cut | as any other | its batch is one group |
/// | CUT with an epoch above all others | the truncation is finished: what is kept ends at its cut, a STATE raises the epoch there, then later segments go, the one with the CUT last | until the STATE is synced the CUT is the truth and is not touched; until the others are gone it is found again |
/// | CUT whose segment cannot be read | corrupt | |
///
/// # Verdicts on sealed segments
///
/// Open never refuses for these, unless [dev.seawall.wal.WalOptions.Enforce] says so: appends do
/// not depend on them. A reader inside throws. Only what the disk refuses to read now is thrown as
/// it is, a [dev.seawall.io.StorageException]: whether that is damage nobody can say.
///
/// | what is seen | verdict | why it is safe |
/// |---|---|---|
/// | missing; wrong salt; first frame or seal not valid; seal and successor disagree | a damaged range, told with its place | nothing is skipped: its range of indexes is known from its neighbours |
/// | the one before a damaged one | its seal is searched for in the whole file | it is sound for itself, so it is read |
/// | below the first segment kept | removed | the log state that drops it was synced before the first file went |
/// | between the kept ones, and named by none of an unbroken chain | removed | what a truncation cut off, and whose removal did not last |
/// | the same beside a damaged range | kept, unless it holds no frame | it may be what the range lost |
/// | damage between first frame and seal | found by the reader: it throws there, the listener is told | open does not read sealed segments: a log of 10 GiB opens at once |
///
/// # What open makes durable
///
/// Readable is not durable: a page cache outlives the process and, after a failed sync, is clean
/// without being on the medium. So everything kept behind the promise is written again and synced,
/// then the EPOCH frame – or the first frame of the next segment – is written, synced, and read
/// back. Only then is anything removed, and only then does open return.
@NullMarked
package dev.seawall.wal.internal.recovery;

import org.jspecify.annotations.NullMarked;
