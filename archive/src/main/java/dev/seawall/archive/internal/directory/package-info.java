// SPDX-License-Identifier: Apache-2.0

/// The parts of a directory store: sidecars, walks, part files. Internal; the format is in
/// `dev.seawall.archive.store`.
@NullMarked
package dev.seawall.archive.internal.directory;

import org.jspecify.annotations.NullMarked;
