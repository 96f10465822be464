// SPDX-License-Identifier: Apache-2.0

/// The libraries behind `dev.seawall.codec`. Internal.
@NullMarked
package dev.seawall.codec.internal;

import org.jspecify.annotations.NullMarked;
