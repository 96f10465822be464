// SPDX-License-Identifier: Apache-2.0

/// The lease file. Internal; **the format**, which is Litestream's (0.5.16, `s3/leaser.go`).
///
/// `PATH/lock.json` is a JSON object:
///
/// | key | type | meaning |
/// |---|---|---|
/// | `generation` | number | one more with each take-over; begins at 1 again after a release |
/// | `expires_at` | RFC 3339 | wall clock of the holder plus the time to live; year 1: released |
/// | `owner` | string | the holder, for people; ours ends with ` seawall-` and 16 hexadecimal digits that name the directory of its queue |
/// | `ttl_ms` | number | ours only: how long a rival waits at least; Litestream ignores it |
///
/// Unknown keys are ignored, as Litestream does. Something that is no such object is damage: it is
/// waited for like a lease and then replaced, never taken for free.
@NullMarked
package dev.seawall.archive.internal.lease;

import org.jspecify.annotations.NullMarked;
