// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Random numbers for salts, identifiers and jitter; not for secrets. Thread-safe, lock-free.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014) over a
/// counter that threads share: a bijection of the counter, so that no 64-bit value comes twice
/// before all came once. Seeded with 128 bits of the operating system's entropy.
public final class Entropy implements RandomGenerator {
  private final AtomicLong counter;
  private final long step;

  private Entropy(long start, long step) {
    this.counter = new AtomicLong(start);
    this.step = step;
  }

  /// Makes a generator whose numbers nobody can foresee from its start time.
  public static Entropy seeded() {
    SecureRandom seed = new SecureRandom();
    // Odd, so that the counter visits every value; mixed, so that its bits change often enough.
    return new Entropy(seed.nextLong(), mix(seed.nextLong()) | 1);
  }

  @Override
  public long nextLong() {
    return mix(counter.getAndAdd(step));
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
