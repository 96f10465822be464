// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

/// How a page is stored in an LTX file.
public enum PageEncoding {
  /// One LZ4 frame a page: read by every Litestream 0.5. Page flags 0.
  FRAME,
  /// A length and a raw LZ4 block: 15 bytes a page shorter, read by Litestream from 0.5.16 on. Page
  /// flags 1.
  BLOCK
}
