// SPDX-License-Identifier: Apache-2.0

/// What tools need to look into a log. API.
@NullMarked
package dev.seawall.wal.inspect;

import org.jspecify.annotations.NullMarked;
