// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/// Which links to apply, in order, to get from one number to another. Immutable.
public final class RestorePlan {
  private static final Comparator<Link> BY_REACH =
      Comparator.comparingLong(Link::last).thenComparingInt(Link::level);

  private final List<Link> links;
  private final long from;
  private final long reached;

  private RestorePlan(List<Link> links, long from, long reached) {
    this.links = List.copyOf(links);
    this.from = from;
    this.reached = reached;
  }

  /// Covers `from..to` with the fewest links: again and again the one that starts early enough and
  /// reaches farthest, of several the highest level.
  ///
  /// @param from first number needed; 1 for a whole restore
  /// @param to last number needed; empty for everything there is
  /// @throws ReplicaEmptyException when there is no link at all
  /// @throws ChainGapException when a number is not covered; the message names the links on both
  ///   sides, and a target that no link ends at gets the nearest ones that do
  public static RestorePlan cover(Chain chain, long from, OptionalLong to, PlanRule rule)
      throws ReplicaEmptyException, ChainGapException {
    requireRange(from, to);
    if (chain.isEmpty()) {
      throw new ReplicaEmptyException("there are no links: is this the right name?");
    }
    RestorePlan plan = reach(chain, from, to, rule);
    requireReached(chain, plan.links, plan.reached, to, rule);
    return plan;
  }

  /// Chooses as [#cover] does, and goes as far as it can: for who has more to say when that is not
  /// far enough.
  ///
  /// @return what may have no links, and reach less than `to`
  public static RestorePlan reach(Chain chain, long from, OptionalLong to, PlanRule rule) {
    requireRange(from, to);
    long target = to.orElse(Long.MAX_VALUE);
    List<Link> chosen = new ArrayList<>();
    List<Link> byFirst = chain.links();
    Link best = null;
    int seen = 0;
    long reached = from - 1;
    while (reached < target) {
      for (; seen < byFirst.size() && byFirst.get(seen).first() <= reached + 1; seen++) {
        Link link = byFirst.get(seen);
        boolean usable = rule == PlanRule.DIVISIBLE || link.last() <= target;
        if (usable && (best == null || BY_REACH.compare(link, best) > 0)) {
          best = link;
        }
      }
      if (best == null || best.last() <= reached) {
        break;
      }
      chosen.add(best);
      reached = Math.min(best.last(), target);
    }
    return new RestorePlan(chosen, from, reached);
  }

  private static void requireRange(long from, OptionalLong to) {
    if (from < 1 || to.orElse(from) < from) {
      throw new IllegalArgumentException("from " + from + " to " + to);
    }
  }

  private static void requireReached(
      Chain chain, List<Link> chosen, long reached, OptionalLong to, PlanRule rule)
      throws ChainGapException {
    long target = to.orElse(chain.newest().last());
    if (reached >= target) {
      return;
    }
    String before = chosen.isEmpty() ? "nothing" : chosen.getLast().key().toString();
    Link next = null;
    for (Link link : chain.links()) {
      if (link.first() > reached + 1) {
        next = link;
        break;
      }
    }
    Link over = null;
    for (Link link : chain.links()) {
      if (link.first() <= reached + 1 && link.last() > target) {
        over = over == null || link.last() < over.last() ? link : over;
      }
    }
    if (over != null && rule == PlanRule.INDIVISIBLE) {
      throw new ChainGapException(
          reached + 1,
          target,
          target
              + " is no restore point: the nearest ones are "
              + reached
              + " and "
              + over.last()
              + " (link "
              + over.key()
              + " cannot be cut)");
    }
    if (next == null) {
      throw new ChainGapException(
          reached + 1,
          target,
          "the chain ends at " + reached + " (link " + before + "), " + target + " is not in it");
    }
    throw new ChainGapException(
        reached + 1,
        next.first() - 1,
        "links "
            + (reached + 1)
            + ".."
            + (next.first() - 1)
            + " are missing between "
            + before
            + " and "
            + next.key());
  }

  /// Returns the links in the order of application.
  public List<Link> links() {
    return links;
  }

  /// Returns the first number covered.
  public long from() {
    return from;
  }

  /// Returns the last number that applying all links reaches.
  public long reached() {
    return reached;
  }

  /// Returns how many bytes have to be fetched.
  public long bytes() {
    return links.stream().mapToLong(Link::bytes).sum();
  }
}
