// SPDX-License-Identifier: Apache-2.0

/// What the command does to the machine it runs on: local files, child processes, terminals. Verbs
/// touch them only through here.
@NullMarked
package dev.seawall.cli.ops;

import org.jspecify.annotations.NullMarked;
