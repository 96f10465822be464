// SPDX-License-Identifier: Apache-2.0

/// Looking at a log without changing it: what is there, what belongs, where it breaks, and how the
/// tail grows. Internal; used by readers without a lock and by tools.
///
/// Recovery stands on the same walk (`recovery/LogScan`) and refuses where this package goes on: so
/// a tool, a reader beside a writer and the writer itself never find three different logs. The
/// rules are those of `frame/package-info`.
@NullMarked
package dev.seawall.wal.internal.scan;

import org.jspecify.annotations.NullMarked;
