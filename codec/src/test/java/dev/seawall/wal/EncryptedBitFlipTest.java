// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.codec.Codec;

/// The flips and cuts of [BitFlipTest], in a log of compressed and encrypted records.
class EncryptedBitFlipTest extends BitFlipTest {
  @Override
  WalOptions options() {
    return CrashLab.tiny().withCodec(Codec.zstd(1).withThreshold(1).withKeys(Keys.RING));
  }
}
