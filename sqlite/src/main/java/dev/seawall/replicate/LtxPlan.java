// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Chain;
import dev.seawall.archive.Link;
import dev.seawall.archive.PlanRule;
import dev.seawall.archive.RestorePlan;
import dev.seawall.replicate.RestoreException.Reason;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The links of a restore, and what is said when its target cannot be reached; the rules are in the
/// package documentation. Immutable.
///
/// @param files in the order in which they apply; not empty
/// @param time of the last file; null unless times were given
/// @param nextTime of the earliest file that would lead farther; null unless times were given
record LtxPlan(List<Link> files, @Nullable Instant time, @Nullable Instant nextTime) {
  // An LTX file has a header of 100 bytes; what is shorter is none.
  private static final long LEAST_BYTES = 100;

  LtxPlan {
    files = List.copyOf(files);
  }

  /// Returns the transaction the plan ends behind.
  long txid() {
    return files.getLast().last();
  }

  /// Chooses.
  ///
  /// @param all what the replica holds; not empty
  /// @param times of every file if the target is a time
  /// @throws RestoreException when there is a gap, or the target cannot be reached
  static LtxPlan choose(List<Link> all, RestoreTarget target, Map<Link, Instant> times)
      throws RestoreException {
    for (Link file : all) {
      if (file.bytes() < LEAST_BYTES) {
        throw new RestoreException(
            Reason.DAMAGED,
            file.key() + " has " + file.bytes() + " bytes, fewer than a header of 100",
            null);
      }
    }
    List<Link> within = all.stream().filter(file -> isWithin(file, target, times)).toList();
    RestorePlan plan =
        RestorePlan.reach(Chain.of(within), 1, OptionalLong.empty(), PlanRule.INDIVISIBLE);
    requireReached(all, target, times, plan.reached(), plan.links());
    return new LtxPlan(
        plan.links(), times.get(plan.links().getLast()), nextTime(all, times, plan.reached()));
  }

  private static boolean isWithin(Link file, RestoreTarget target, Map<Link, Instant> times) {
    return switch (target) {
      case RestoreTarget.Latest _ -> true;
      case RestoreTarget.Txid(long txid) -> file.last() <= txid;
      case RestoreTarget.Time(Instant instant) -> !timeOf(file, times).isAfter(instant);
    };
  }

  private static Instant timeOf(Link file, Map<Link, Instant> times) {
    Instant time = times.get(file);
    if (time == null) {
      throw new IllegalArgumentException("no time for " + file.key());
    }
    return time;
  }

  private static boolean goesOn(Link file, long reached) {
    return file.first() <= reached + 1;
  }

  private static void requireReached(
      List<Link> all,
      RestoreTarget target,
      Map<Link, Instant> times,
      long reached,
      List<Link> chosen)
      throws RestoreException {
    if (target instanceof RestoreTarget.Txid(long txid) && reached == txid) {
      return;
    }
    requireNoGap(all, reached, chosen);
    String far = reached == 0 ? "nothing" : "transaction " + reached;
    switch (target) {
      case RestoreTarget.Latest _ -> {
        if (reached == 0) {
          throw new RestoreException(Reason.NOT_REACHED, "no file begins with transaction 1", null);
        }
      }
      case RestoreTarget.Txid(long txid) ->
          throw new RestoreException(
              Reason.NOT_REACHED,
              "transaction "
                  + txid
                  + " cannot be restored: the files that end at or before it reach "
                  + far
                  + next(all, reached),
              null);
      case RestoreTarget.Time(Instant instant) -> {
        if (reached == 0) {
          Instant first = times.values().stream().min(Comparator.naturalOrder()).orElse(null);
          throw new RestoreException(
              Reason.NOT_REACHED,
              "nothing had been shipped at " + instant + "; the replica begins at " + first,
              null);
        }
      }
    }
  }

  private static String next(List<Link> all, long reached) {
    return all.stream()
        .filter(file -> goesOn(file, reached) && file.last() > reached)
        .min(Comparator.comparingLong(Link::last))
        .map(file -> "; the next that can be is " + file.last())
        .orElse("");
  }

  // A file that goes on but is too new for the target is no gap. Nothing that goes on, and
  // something beyond, is one.
  private static void requireNoGap(List<Link> all, long reached, List<Link> chosen)
      throws RestoreException {
    boolean someGoesOn =
        all.stream().anyMatch(file -> goesOn(file, reached) && file.last() > reached);
    Link beyond =
        all.stream()
            .filter(file -> !goesOn(file, reached))
            .min(Comparator.comparingLong(Link::first))
            .orElse(null);
    if (someGoesOn || beyond == null) {
      return;
    }
    String before =
        chosen.isEmpty() ? "the beginning" : chosen.getLast().key() + " ends with " + reached;
    throw new RestoreException(
        Reason.GAP,
        "transactions "
            + (reached + 1)
            + "…"
            + (beyond.first() - 1)
            + " are missing: "
            + before
            + ", "
            + beyond.key()
            + " begins with "
            + beyond.first()
            + "; `--txid "
            + reached
            + "` restores what is before the gap",
        null);
  }

  private static @Nullable Instant nextTime(
      List<Link> all, Map<Link, Instant> times, long reached) {
    return all.stream()
        .filter(file -> goesOn(file, reached) && file.last() > reached)
        .filter(times::containsKey)
        .map(file -> timeOf(file, times))
        .min(Comparator.naturalOrder())
        .orElse(null);
  }
}
