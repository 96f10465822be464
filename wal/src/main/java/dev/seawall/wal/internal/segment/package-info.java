// SPDX-License-Identifier: Apache-2.0

/// Segments: files that hold a contiguous index range. Internal.
@NullMarked
package dev.seawall.wal.internal.segment;

import org.jspecify.annotations.NullMarked;
