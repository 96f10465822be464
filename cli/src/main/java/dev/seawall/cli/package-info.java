// SPDX-License-Identifier: Apache-2.0

/// The `seawall` command: one file per verb.
@NullMarked
package dev.seawall.cli;

import org.jspecify.annotations.NullMarked;
