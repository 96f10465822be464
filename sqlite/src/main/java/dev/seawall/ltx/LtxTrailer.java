// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

/// The last 16 bytes of an LTX file.
///
/// @param postApplyChecksum database checksum behind this file; 0 without tracking
/// @param fileChecksum checksum of everything in the file, pages uncompressed; bit 63 is set
public record LtxTrailer(long postApplyChecksum, long fileChecksum) {
  /// Length in bytes.
  public static final int BYTES = 16;
}
