// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.Epochs.Epoch;
import dev.seawall.io.objects.ObjectInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Plans a restore from a live replica: lists, covers, and refuses what an owner wrote who had lost
/// the replica. Confined to its user.
public final class RestorePlanner {
  private static final int ROUNDS = 100;

  private final Replica replica;
  private final List<String> notices = new ArrayList<>();
  private final Map<Link, LinkMarks> marks = new HashMap<>();

  /// Makes a planner; nothing is called.
  public RestorePlanner(Replica replica) {
    this.replica = replica;
  }

  /// Plans, see [RestorePlan#cover].
  ///
  /// @throws ReplicaEmptyException when there is no link
  /// @throws ChainGapException when links are missing, void ones not counted
  public RestorePlan plan(long from, OptionalLong to, PlanRule rule) throws IOException {
    notices.clear();
    Epochs epochs = Epochs.list(replica);
    Chain chain = Chain.list(replica);
    for (int round = 0; round < ROUNDS; round++) {
      // A void link at the end of the chain must not be what everything has to reach.
      Set<Link> unusable = unusable(List.of(newest(chain)), epochs);
      if (unusable.isEmpty()) {
        RestorePlan plan = RestorePlan.cover(chain, from, to, rule);
        unusable = unusable(plan.links(), epochs);
        if (unusable.isEmpty()) {
          return plan;
        }
      }
      chain = chain.without(unusable);
    }
    throw new ChainDamagedException(
        "more than "
            + ROUNDS
            + " links of "
            + replica.describe()
            + " were written by owners who had lost it; run `seawall verify`");
  }

  private Link newest(Chain chain) throws ReplicaEmptyException {
    if (chain.isEmpty()) {
      throw new ReplicaEmptyException(
          "there are no links in " + replica.describe() + ": is this the right name?");
    }
    return chain.newest();
  }

  private Set<Link> unusable(List<Link> links, Epochs epochs) throws IOException {
    Set<Link> found = new HashSet<>();
    for (Link link : links) {
      if (!epochs.mayVoid(link)) {
        continue;
      }
      LinkMarks its = marks.get(link);
      if (its == null) {
        ObjectInfo info = replica.head(link.key());
        if (info == null) {
          notices.add("link " + link.key() + " was listed and is gone");
          found.add(link);
          continue;
        }
        its = LinkMarks.of(info.metadata());
        marks.put(link, its);
      }
      Epoch newer = epochs.voiding(link, its);
      if (newer != null) {
        notices.add(
            "link "
                + link.key()
                + " of epoch "
                + its.epoch()
                + " is void: epoch "
                + newer.number()
                + " ("
                + newer.owner()
                + ") began at "
                + newer.first());
        found.add(link);
      }
    }
    return found;
  }

  /// Returns what the last [#plan] noticed, for people.
  public List<String> notices() {
    return List.copyOf(notices);
  }
}
