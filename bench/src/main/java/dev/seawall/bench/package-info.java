// SPDX-License-Identifier: Apache-2.0

/// Measurements. Never published.
@NullMarked
package dev.seawall.bench;

import org.jspecify.annotations.NullMarked;
