// SPDX-License-Identifier: Apache-2.0

/// The append path and group commit. Internal.
@NullMarked
package dev.seawall.wal.internal.append;

import org.jspecify.annotations.NullMarked;
