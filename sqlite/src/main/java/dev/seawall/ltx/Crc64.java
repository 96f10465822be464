// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// CRC-64/GO-ISO, 32 bytes a step and without tables. Confined to one thread.
///
/// The polynomial is x⁶⁴ + x⁴ + x³ + x + 1: so sparse that shifts do it. Modulo it x⁶⁴ is 1 + x +
/// x³ + x⁴ = (1 + x)(1 + x³), and x²⁵⁶, the fourth power of that, is (1 + x⁴)(1 + x¹²). Bit 63 of a
/// word is the coefficient of x⁰: multiplying by x shifts to the right, and what falls out there is
/// multiplied by x⁶⁴ once more. Twice as fast as eight tables where only C1 compiles.
final class Crc64 {
  /// Set in every checksum of an LTX file, so that 0 can mean "none".
  static final long CHECKSUM_FLAG = 1L << 63;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int STEP_BYTES = 4 * Long.BYTES;

  private long state = -1;

  /// Starts again.
  void reset() {
    state = -1;
  }

  /// Adds bytes.
  void update(byte[] bytes, int from, int length) {
    int at = from;
    int end = from + length;
    if (length >= STEP_BYTES) {
      // Four words side by side, each of which stands 256 bits behind itself.
      long first = state ^ word(bytes, at);
      long second = word(bytes, at + 8);
      long third = word(bytes, at + 16);
      long fourth = word(bytes, at + 24);
      for (at += STEP_BYTES; at <= end - STEP_BYTES; at += STEP_BYTES) {
        first = by256(first) ^ word(bytes, at);
        second = by256(second) ^ word(bytes, at + 8);
        third = by256(third) ^ word(bytes, at + 16);
        fourth = by256(fourth) ^ word(bytes, at + 24);
      }
      state = by64(by64(by64(by64(first) ^ second) ^ third) ^ fourth);
    }
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      state = by64(state ^ word(bytes, at));
    }
    for (; at < end; at++) {
      long low = (state ^ bytes[at]) & 0xFF;
      state = (state >>> 8) ^ reduced(low << 56);
    }
  }

  private static long word(byte[] bytes, int at) {
    return (long) WORD.get(bytes, at);
  }

  /// Multiplies by x⁶⁴.
  private static long by64(long word) {
    long over = (word << 63) ^ (word << 61) ^ (word << 60);
    return reduced(word) ^ reduced(over);
  }

  /// Multiplies by x²⁵⁶.
  private static long by256(long word) {
    long over = (word << 60) ^ (word << 52) ^ (word << 48);
    long part = word ^ (word >>> 4);
    return part ^ (part >>> 12) ^ reduced(over);
  }

  /// Multiplies by x⁶⁴, which is (1 + x)(1 + x³); powers above x⁵⁹ lose what falls out.
  private static long reduced(long word) {
    long part = word ^ (word >>> 1);
    return part ^ (part >>> 3);
  }

  /// Returns the plain CRC of what was added.
  long value() {
    return ~state;
  }

  /// Returns the CRC as LTX stores it: bit 63 set.
  long checksum() {
    return value() | CHECKSUM_FLAG;
  }
}
