// SPDX-License-Identifier: Apache-2.0

/// What may be deleted, and when. Internal.
@NullMarked
package dev.seawall.wal.internal.retention;

import org.jspecify.annotations.NullMarked;
