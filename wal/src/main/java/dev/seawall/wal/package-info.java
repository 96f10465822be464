// SPDX-License-Identifier: Apache-2.0

/// The engine: a durable, segmented log with group commit. API.
///
/// Start at [dev.seawall.wal.WriteAheadLog]. The format is specified in the package documentation
/// of `dev.seawall.wal.internal.frame`.
@NullMarked
package dev.seawall.wal;

import org.jspecify.annotations.NullMarked;
