// SPDX-License-Identifier: Apache-2.0

/// The format of a frame. Internal.
@NullMarked
package dev.seawall.wal.internal.frame;

import org.jspecify.annotations.NullMarked;
