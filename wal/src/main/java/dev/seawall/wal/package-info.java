// SPDX-License-Identifier: Apache-2.0

/// The write-ahead log. API.
@NullMarked
package dev.seawall.wal;

import org.jspecify.annotations.NullMarked;
