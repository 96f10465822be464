// SPDX-License-Identifier: Apache-2.0

/// What the command is told besides its arguments: the environment.
@NullMarked
package dev.seawall.cli.config;

import org.jspecify.annotations.NullMarked;
