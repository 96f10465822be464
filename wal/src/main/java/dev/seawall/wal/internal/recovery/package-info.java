// SPDX-License-Identifier: Apache-2.0

/// Finding the end of the log at open. Internal.
@NullMarked
package dev.seawall.wal.internal.recovery;

import org.jspecify.annotations.NullMarked;
