// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

/// The header checksum: a chain of bijective steps, so that two inputs which differ in one word
/// never collide. Not cryptographic.
///
/// Each step is xor, multiplication by an odd constant and xor-shift; the last is the finaliser of
/// SplitMix64 (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA
/// 2014; constants: Stafford's variant 13).
public final class Mix {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private Mix() {}

  /// Folds one word into a state.
  public static long step(long state, long word) {
    long mixed = (state ^ word) * STEP;
    return mixed ^ (mixed >>> 32);
  }

  /// Ends a chain.
  public static long finish(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
