// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// The newest link of a chain: what the next one must follow.
///
/// @param first its first number
/// @param last its last number; the next link begins one later
/// @param post hash chain after it; [ChainHash#GENESIS] when another program wrote it without
public record ChainEnd(long first, long last, String post) {}
