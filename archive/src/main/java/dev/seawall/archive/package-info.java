// SPDX-License-Identifier: Apache-2.0

/// Chains of links: what is shipped to an object store, once for logs and for SQLite. API.
@NullMarked
package dev.seawall.archive;

import org.jspecify.annotations.NullMarked;
