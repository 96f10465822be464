// SPDX-License-Identifier: Apache-2.0
package dev.seawall.ltx;

import java.util.Optional;

/// The name of an LTX file: 16 lower-case hexadecimal digits, `-`, 16 more, `.ltx`. For example
/// `0000000000000001-000000000000002a.ltx`.
///
/// @param minTxid first transaction, ≥ 1
/// @param maxTxid last transaction, ≥ `minTxid`
public record LtxName(long minTxid, long maxTxid) implements Comparable<LtxName> {
  private static final int DIGITS = 16;
  private static final String SUFFIX = ".ltx";
  private static final int LENGTH = 2 * DIGITS + 1 + SUFFIX.length();

  /// Checks the range.
  public LtxName {
    if (minTxid < 1 || maxTxid < minTxid) {
      throw new IllegalArgumentException("txids " + minTxid + "…" + maxTxid);
    }
  }

  /// Returns the name that `text` is; empty when it is not exactly one.
  public static Optional<LtxName> parse(String text) {
    if (text.length() != LENGTH || text.charAt(DIGITS) != '-' || !text.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    long min = hex(text, 0);
    long max = hex(text, DIGITS + 1);
    return min < 1 || max < min ? Optional.empty() : Optional.of(new LtxName(min, max));
  }

  // Not positive when it is no number of ours.
  private static long hex(String text, int from) {
    long value = 0;
    for (int i = from; i < from + DIGITS; i++) {
      char digit = text.charAt(i);
      int bits;
      if (digit >= '0' && digit <= '9') {
        bits = digit - '0';
      } else if (digit >= 'a' && digit <= 'f') {
        bits = digit - 'a' + 10;
      } else {
        return 0;
      }
      value = value << 4 | bits;
    }
    return value;
  }

  /// Orders by first, then by last transaction: as the names do as text.
  @Override
  public int compareTo(LtxName other) {
    int byMin = Long.compare(minTxid, other.minTxid);
    return byMin != 0 ? byMin : Long.compare(maxTxid, other.maxTxid);
  }

  /// Returns the file's name.
  @Override
  public String toString() {
    return String.format("%016x-%016x%s", minTxid, maxTxid, SUFFIX);
  }
}
