// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Verifies a whole replica: every link is there and readable, every number is covered, the hash
/// chain holds. Confined to its user.
public final class ChainVerifier {
  /// How much is looked at.
  public enum Depth {
    /// Names, lengths and marks.
    MARKS,
    /// Every byte of every link too.
    CONTENT
  }

  /// What was found. Immutable.
  ///
  /// @param links how many links were looked at
  /// @param bytes the sum of their lengths
  /// @param last the last number that can be restored
  /// @param problems what is wrong; empty when the replica is good
  /// @param notices what is worth knowing and not wrong
  public record Report(
      int links, long bytes, long last, List<String> problems, List<String> notices) {
    /// Copies the lists.
    public Report {
      problems = List.copyOf(problems);
      notices = List.copyOf(notices);
    }

    /// Returns whether nothing is wrong.
    public boolean isGood() {
      return problems.isEmpty();
    }
  }

  private final Replica replica;
  private final List<String> problems = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();

  /// Makes a verifier; nothing is called.
  public ChainVerifier(Replica replica) {
    this.replica = replica;
  }

  /// Verifies; the whole chain must be restorable to its end.
  ///
  /// @throws ReplicaEmptyException when there is no link: nothing is not a good replica (I-13)
  /// @throws ObjectStoreException when the store failed; damage is in the report instead
  public Report verify(Depth depth) throws IOException {
    problems.clear();
    notices.clear();
    Chain chain = Chain.list(replica);
    if (chain.isEmpty()) {
      throw new ReplicaEmptyException("there are no links in " + replica.describe());
    }
    Map<Link, LinkMarks> marks = marks(chain);
    chain = withoutVoid(chain, marks);
    long last = 0;
    try {
      RestorePlanner planner = new RestorePlanner(replica);
      RestorePlan plan = planner.plan(1, OptionalLong.empty(), PlanRule.INDIVISIBLE);
      last = plan.reached();
      notices.addAll(planner.notices());
    } catch (ChainGapException e) {
      problems.add(e.getMessage());
      last = e.firstMissing() - 1;
    }
    holes(chain.level(0));
    hashChain(chain, marks);
    if (depth == Depth.CONTENT) {
      content(chain);
    }
    return new Report(chain.links().size(), chain.bytes(), last, problems, notices);
  }

  private Chain withoutVoid(Chain chain, Map<Link, LinkMarks> marks) throws IOException {
    Epochs epochs = Epochs.list(replica);
    List<Link> refused = new ArrayList<>();
    marks.forEach((link, its) -> {
      if (epochs.voiding(link, its) != null) {
        refused.add(link);
      }
    });
    return chain.without(refused);
  }

  private Map<Link, LinkMarks> marks(Chain chain) throws IOException {
    Map<Link, LinkMarks> marks = new HashMap<>();
    for (Link link : chain.links()) {
      ObjectInfo info = replica.head(link.key());
      if (info == null) {
        notices.add("link " + link.key() + " was removed while the replica was being verified");
        continue;
      }
      LinkMarks its = LinkMarks.of(info.metadata());
      marks.put(link, its);
      if (!its.isConsistent()) {
        problems.add(
            "link "
                + link.key()
                + ": its place in the hash chain does not follow from"
                + " its content");
      }
      if (its.sha256() == null) {
        notices.add(
            "link "
                + link.key()
                + (its.writer() == null
                    ? " has no SHA-256: another program wrote it"
                    : " has no SHA-256: it was streamed in parts, and is checked by what it"
                        + " holds"));
      }
    }
    return marks;
  }

  private void holes(List<Link> captured) {
    for (int i = 1; i < captured.size(); i++) {
      Link before = captured.get(i - 1);
      Link link = captured.get(i);
      if (link.first() > before.last() + 1) {
        notices.add(
            "level 0 goes from "
                + before.range()
                + " to "
                + link.range()
                + ": what lies between is in merged links only");
      } else if (link.first() <= before.last()) {
        problems.add("links " + before.key() + " and " + link.key() + " of level 0 overlap");
      }
    }
  }

  /// Wherever one link ends and another begins, both must say the same of the chain there.
  private void hashChain(Chain chain, Map<Link, LinkMarks> marks) {
    Map<Long, Link> ends = new HashMap<>();
    for (Link link : chain.links()) {
      LinkMarks its = marks.get(link);
      if (its == null) {
        continue;
      }
      String post = its.post();
      if (post == null) {
        notices.add("link " + link.key() + " is not part of the hash chain");
        continue;
      }
      Link other = ends.putIfAbsent(link.last(), link);
      if (other != null && !post.equals(post(marks, other))) {
        problems.add(
            "links "
                + other.key()
                + " and "
                + link.key()
                + " end at the same number with different histories");
      }
    }
    for (Link link : chain.links()) {
      LinkMarks its = marks.get(link);
      Link before = ends.get(link.first() - 1);
      if (its == null || its.pre() == null || before == null) {
        continue;
      }
      if (!its.pre().equals(post(marks, before))) {
        problems.add(
            "link "
                + link.key()
                + " does not follow "
                + before.key()
                + ": the hash chain breaks between them");
      }
    }
  }

  private static @Nullable String post(Map<Link, LinkMarks> marks, Link link) {
    LinkMarks its = marks.get(link);
    return its == null ? null : its.post();
  }

  private void content(Chain chain) throws IOException {
    VerifiedRead read = new VerifiedRead(replica);
    for (Link link : chain.links()) {
      try {
        read.copy(link.key(), OutputStream.nullOutputStream());
      } catch (ObjectStoreException e) {
        if (e.kind() != Kind.DAMAGED && e.kind() != Kind.NOT_FOUND) {
          throw e;
        }
        problems.add(e.getMessage());
      }
    }
  }
}
