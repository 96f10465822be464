// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.testkit.Seed;

/// Looks for one violation in the engine on its class path, which somebody broke on purpose: the
/// program behind `testkit/mutants/run`.
///
/// `MutantHunt PROFILE SEEDS [FROM]` tries seeds from 1 or FROM on, `MutantHunt NAME` a scenario.
/// Prints `found SEED REASON` or `survived`.
final class MutantHunt {
  private MutantHunt() {}

  public static void main(String[] args) {
    if (args.length == 1) {
      Throwable violation = Scenarios.run(args[0]);
      System.out.println(violation == null ? "survived" : "found - " + reason(violation));
      return;
    }
    CrashProfile profile = CrashProfile.of(args[0]);
    long seeds = Long.parseLong(args[1]);
    long from = args.length > 2 ? Long.parseLong(args[2]) : 1;
    for (long value = from; value < from + seeds; value++) {
      Seed seed = Seed.of(value);
      try {
        profile.matrix().withoutShrinking().check(seed, profile.plan(seed));
      } catch (AssertionError e) {
        System.out.println("found " + value + " " + reason(e));
        return;
      }
    }
    System.out.println("survived");
  }

  private static String reason(Throwable violation) {
    String text = String.valueOf(violation.getMessage()).strip();
    String first = text.lines().findFirst().orElse("");
    return first.isEmpty() ? violation.getClass().getSimpleName() : first;
  }
}
