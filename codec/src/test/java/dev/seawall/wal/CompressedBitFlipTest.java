// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.codec.Codec;

/// The flips and cuts of [BitFlipTest], in a log of compressed records.
class CompressedBitFlipTest extends BitFlipTest {
  @Override
  WalOptions options() {
    return CrashLab.tiny().withCodec(Codec.lz4().withThreshold(1));
  }
}
