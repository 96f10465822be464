// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What will go wrong on one machine: a few faults, all honest or all dishonest but for crashes,
/// which belong to both. Immutable.
///
/// Prints as `honest: crash@120:power fail-sync@3`; [#parse] reads that back, so a failing plan can
/// be pasted into a test.
public final class FaultPlan {
  private static final Pattern FAULT =
      Pattern.compile("([a-z]+(?:-[a-z]+)*)@(\\d+)(?::([a-z]+|[+-]?\\d+))?");
  private static final FaultPlan NONE = new FaultPlan(true, List.of());

  private final boolean honest;
  private final List<Fault> faults;

  private FaultPlan(boolean honest, List<Fault> faults) {
    this.honest = honest;
    this.faults = List.copyOf(faults);
  }

  /// Returns the plan in which nothing goes wrong.
  public static FaultPlan none() {
    return NONE;
  }

  /// Returns a plan of the given faults.
  ///
  /// @throws IllegalArgumentException when honest faults (other than crashes) and dishonest ones
  ///   are mixed
  public static FaultPlan of(Fault... faults) {
    boolean dishonest = false;
    boolean honest = false;
    for (Fault fault : faults) {
      dishonest |= !fault.isHonest();
      honest |= fault.isHonest() && !(fault instanceof Fault.Crash);
    }
    if (dishonest && honest) {
      throw new IllegalArgumentException(
          "honest and dishonest faults are never mixed: " + List.of(faults));
    }
    return new FaultPlan(!dishonest, List.of(faults));
  }

  /// Draws up to three honest faults: failing writes, syncs, creations and directory syncs, and
  /// full disks, early and late.
  public static FaultPlan honest(Seed seed) {
    RandomGenerator random = seed.random("honest faults");
    List<Fault> faults = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      faults.add(
          switch (random.nextInt(10)) {
            case 0, 1 -> new Fault.Failure(Verb.SYNC, count(random, 40));
            case 2, 3 -> new Fault.Failure(Verb.WRITE, count(random, 60));
            case 4 -> new Fault.Failure(Verb.DURABLE_WRITE, count(random, 40));
            case 5 -> new Fault.Failure(Verb.SYNC_DIRECTORY, count(random, 12));
            case 6 -> new Fault.Failure(Verb.CREATE, count(random, 12));
            case 7 ->
                new Fault.Failure(
                    random.nextBoolean() ? Verb.RENAME : Verb.DELETE, count(random, 8));
            case 8 -> new Fault.Failure(Verb.READ, count(random, 40));
            default -> new Fault.DiskFull(count(random, 30));
          });
    }
    return new FaultPlan(true, faults);
  }

  /// Draws one or two dishonest faults.
  public static FaultPlan dishonest(Seed seed) {
    RandomGenerator random = seed.random("dishonest faults");
    List<Fault> faults = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      faults.add(
          switch (random.nextInt(4)) {
            case 0 -> new Fault.LyingSync(count(random, 40));
            case 1 -> new Fault.LostWrite(count(random, 60));
            case 2 ->
                new Fault.MisdirectedWrite(
                    count(random, 60), (random.nextBoolean() ? 1 : -1) * (1 + random.nextInt(8)));
            default -> new Fault.FlippedBit(count(random, 200));
          });
    }
    return new FaultPlan(false, faults);
  }

  /// Reads the text form.
  ///
  /// @throws IllegalArgumentException when the text is not one
  public static FaultPlan parse(String text) {
    String stripped = text.strip();
    if (stripped.equals("none")) {
      return NONE;
    }
    int colon = stripped.indexOf(": ");
    String kind = colon < 0 ? "" : stripped.substring(0, colon);
    if (!kind.equals("honest") && !kind.equals("dishonest")) {
      throw new IllegalArgumentException(
          "fault plan '" + text + "': expected 'none', 'honest: …' or 'dishonest: …'");
    }
    List<Fault> faults = new ArrayList<>();
    for (String word : stripped.substring(colon + 2).strip().split("\\s+", -1)) {
      faults.add(parseFault(word));
    }
    FaultPlan plan = of(faults.toArray(new Fault[0]));
    if (plan.honest && kind.equals("dishonest")) {
      return new FaultPlan(false, faults);
    }
    if (plan.honest != kind.equals("honest")) {
      throw new IllegalArgumentException("fault plan '" + text + "' calls a lie honest");
    }
    return plan;
  }

  /// Returns this plan and one fault more.
  ///
  /// @throws IllegalArgumentException when the fault is of the other kind
  public FaultPlan with(Fault fault) {
    List<Fault> more = new ArrayList<>(faults);
    more.add(fault);
    FaultPlan plan = of(more.toArray(new Fault[0]));
    return new FaultPlan(honest && plan.honest, more);
  }

  /// Returns this plan without one of its faults.
  public FaultPlan without(Fault fault) {
    List<Fault> fewer = new ArrayList<>(faults);
    fewer.remove(fault);
    return new FaultPlan(honest, fewer);
  }

  /// Returns whether a correct log survives the plan without loss.
  public boolean isHonest() {
    return honest;
  }

  /// Returns the faults.
  public List<Fault> faults() {
    return faults;
  }

  @Override
  public String toString() {
    if (faults.isEmpty()) {
      return "none";
    }
    return faults.stream()
        .map(Fault::text)
        .collect(Collectors.joining(" ", honest ? "honest: " : "dishonest: ", ""));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FaultPlan plan && plan.honest == honest && plan.faults.equals(faults);
  }

  @Override
  public int hashCode() {
    return faults.hashCode();
  }

  static void checkCount(long count) {
    if (count < 1) {
      throw new IllegalArgumentException("counters of faults start at 1, not at " + count);
    }
  }

  /// Draws a counter up to `limit`, small ones more often: the first operations of a life are the
  /// most delicate.
  private static long count(RandomGenerator random, int limit) {
    return 1L + random.nextInt(1 + random.nextInt(limit));
  }

  private static Fault parseFault(String word) {
    Matcher matcher = FAULT.matcher(word);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + word + "' is not a fault");
    }
    String name = matcher.group(1);
    long count = Long.parseLong(matcher.group(2));
    String detail = matcher.group(3);
    if (name.startsWith("fail-")) {
      return new Fault.Failure(Verb.parse(name.substring("fail-".length())), count);
    }
    return switch (name) {
      case "crash" ->
          new Fault.Crash(count, Death.valueOf(String.valueOf(detail).toUpperCase(Locale.ROOT)));
      case "disk-full" -> new Fault.DiskFull(count);
      case "lying-sync" -> new Fault.LyingSync(count);
      case "lost-write" -> new Fault.LostWrite(count);
      case "misdirected-write" ->
          new Fault.MisdirectedWrite(count, Integer.parseInt(String.valueOf(detail)));
      case "flipped-bit" -> new Fault.FlippedBit(count);
      default -> throw new IllegalArgumentException("'" + word + "' is not a fault");
    };
  }
}
