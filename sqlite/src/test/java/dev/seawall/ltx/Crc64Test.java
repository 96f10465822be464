// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Crc64Test {
  /// The check value of the catalogue of CRCs.
  @Test
  void checkValue() {
    Crc64 crc = new Crc64();
    crc.update("123456789".getBytes(StandardCharsets.US_ASCII), 0, 9);
    assertThat(crc.value()).isEqualTo(0xB909_56C7_75A4_1001L);
  }

  @Test
  void everyLengthInTwoPiecesIsWhatBitByBitIs() {
    byte[] bytes = new byte[300];
    new SplittableRandom(4).nextBytes(bytes);
    for (int length = 0; length <= 200; length++) {
      int from = length % 7;
      long expected = bitByBit(bytes, from, length);
      for (int first = 0; first <= length; first += 1 + length / 9) {
        Crc64 crc = new Crc64();
        crc.update(bytes, from, first);
        crc.update(bytes, from + first, length - first);
        assertThat(crc.value()).as("%d of %d", first, length).isEqualTo(expected);
      }
    }
  }

  private static long bitByBit(byte[] bytes, int from, int length) {
    long crc = -1;
    for (int i = from; i < from + length; i++) {
      crc ^= bytes[i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ 0xD800_0000_0000_0000L;
      }
    }
    return ~crc;
  }
}
