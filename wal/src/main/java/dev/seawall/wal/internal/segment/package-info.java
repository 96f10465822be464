// SPDX-License-Identifier: Apache-2.0

/// Segments: files that hold a contiguous index range. Internal.
///
/// # Compressed segment files
///
/// A sealed segment may stand in `<segment file>.gz` or `<segment file>.zst` instead. Its bytes
/// from 0 to the end of its SEAL frame are cut into blocks of 256 KiB, and each block is compressed
/// by itself: a member of a gzip file, or a frame of a Zstandard file that states its content's
/// length. Behind the blocks stands, twice, the index that [BlockIndex] describes, so that any
/// position is one read and one block away: in gzip as the extra field `SW` of an empty member, in
/// Zstandard as a skippable frame. So `gunzip` and `zstd -d` give back the segment up to its end.
///
/// All rules of `frame/package-info` hold for what is restored; the blocks need no trust: what
/// cannot be restored reads as zeros, which are no frame. Where a segment file and its compressed
/// one stand beside each other, the compressed one does not exist. [CompressedSegments] has the
/// crash cases.
@NullMarked
package dev.seawall.wal.internal.segment;

import org.jspecify.annotations.NullMarked;
