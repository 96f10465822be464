// SPDX-License-Identifier: Apache-2.0

/// The simulated world. API.
@NullMarked
package dev.seawall.testkit;

import org.jspecify.annotations.NullMarked;
