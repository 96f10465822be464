// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.codec.Codec;
import dev.seawall.testkit.CrashMatrix;
import org.junit.jupiter.api.Test;

/// The crash matrix over a log of compressed and encrypted records: I-1 to I-6 hold as without.
class CodecCrashSimTest {
  private static CrashMatrix matrix(Codec codec) {
    return CrashMatrix.of(new WalSubject(WalSubject.smallOptions().withCodec(codec)))
        .withDurabilities(4);
  }

  @Test
  void encryptedRecordsKeepTheirPromises() {
    matrix(Codec.zstd(1).withKeys(Keys.RING)).checkHonest(250, 1);
  }

  @Test
  void compressedRecordsKeepTheirPromises() {
    matrix(Codec.lz4().withThreshold(1)).checkHonest(250, 1);
  }

  @Test
  void nothingWrongIsReturnedUnderDishonestFaults() {
    matrix(Codec.lz4().withThreshold(1).withKeys(Keys.RING)).checkDishonest(150, 1);
  }
}
