// SPDX-License-Identifier: Apache-2.0

/// Looking at a log without changing it: what is there, what belongs, where it breaks, and how the
/// tail grows. Internal; used by readers without a lock and by tools.
///
/// Recovery decides what is kept; this package comes to the same answers from the same rules
/// (`frame/package-info`), and goes on where recovery refuses.
@NullMarked
package dev.seawall.wal.internal.scan;

import org.jspecify.annotations.NullMarked;
