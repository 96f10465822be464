// SPDX-License-Identifier: Apache-2.0

/// What several parts of `archive` share. Internal.
@NullMarked
package dev.seawall.archive.internal;

import org.jspecify.annotations.NullMarked;
