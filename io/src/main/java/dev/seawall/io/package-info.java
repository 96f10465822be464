// SPDX-License-Identifier: Apache-2.0

/// The doors to the world: files, time, threads, randomness. API.
@NullMarked
package dev.seawall.io;

import org.jspecify.annotations.NullMarked;
