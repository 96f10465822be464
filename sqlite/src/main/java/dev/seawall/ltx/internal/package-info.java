// SPDX-License-Identifier: Apache-2.0

/// The LZ4 library as this module uses it. Internal.
@NullMarked
package dev.seawall.ltx.internal;

import org.jspecify.annotations.NullMarked;
