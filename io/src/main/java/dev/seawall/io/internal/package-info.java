// SPDX-License-Identifier: Apache-2.0

/// The real implementations behind the doors. Internal.
@NullMarked
package dev.seawall.io.internal;

import org.jspecify.annotations.NullMarked;
