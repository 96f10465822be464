// SPDX-License-Identifier: Apache-2.0

/// What a flight recording shows of a log. Internal.
@NullMarked
package dev.seawall.wal.internal.events;

import org.jspecify.annotations.NullMarked;
