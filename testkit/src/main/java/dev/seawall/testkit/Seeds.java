// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

/// Runs a test body for many seeds.
///
/// `-Dseed=S` replays one seed, `-Dseeds=N` asks for N of them, from S or from the test's first
/// one. When a body fails, an [AssertionError] carries the line that replays it and everything that
/// [Seed#note] was told.
public final class Seeds {
  /// What is done with one seed.
  @FunctionalInterface
  public interface Body {
    /// Runs the simulation of one seed; anything thrown fails it.
    void run(Seed seed) throws Exception;
  }

  private Seeds() {}

  /// Runs `body` for `count` seeds, `firstSeed` being the first.
  ///
  /// @throws AssertionError for the first seed whose body throws
  public static void forEach(int count, long firstSeed, Body body) {
    Long chosenSeed = number("seed");
    Long chosenCount = number("seeds");
    long first = chosenSeed == null ? firstSeed : chosenSeed;
    long runs = chosenCount != null ? chosenCount : chosenSeed != null ? 1 : count;
    for (long i = 0; i < runs; i++) {
      run(Seed.of(first + i), body);
    }
  }

  /// Runs `body` for one seed.
  ///
  /// @throws AssertionError when it throws
  public static void run(Seed seed, Body body) {
    try {
      body.run(seed);
    } catch (Exception | Error e) {
      StringBuilder text = new StringBuilder();
      text.append(e instanceof AssertionError ? e.getMessage() : e.toString());
      text.append("\nreplay: ").append(seed.replay());
      for (String note : seed.notes()) {
        text.append("\n  ").append(note);
      }
      throw new AssertionError(text.toString(), e);
    }
  }

  private static @org.jspecify.annotations.Nullable Long number(String property) {
    String text = System.getProperty(property);
    if (text == null || text.isBlank()) {
      return null;
    }
    try {
      return Long.decode(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("-D" + property + "=" + text + " is not a number", e);
    }
  }
}
