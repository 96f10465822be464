// SPDX-License-Identifier: Apache-2.0

/// An open log: the parts put together. Internal.
@NullMarked
package dev.seawall.wal.internal.log;

import org.jspecify.annotations.NullMarked;
