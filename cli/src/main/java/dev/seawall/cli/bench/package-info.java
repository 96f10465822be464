// SPDX-License-Identifier: Apache-2.0

/// What `seawall bench` measures: first the disk as the log would use it, through the same doors,
/// then the log on it, by every backend that works here; and what follows for a user's options.
/// Everything is durable: without that a disk has no pace.
@NullMarked
package dev.seawall.cli.bench;

import org.jspecify.annotations.NullMarked;
