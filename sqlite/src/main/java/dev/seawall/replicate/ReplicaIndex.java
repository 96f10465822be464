// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Chain;
import dev.seawall.archive.Epochs;
import dev.seawall.archive.Link;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.LinkMarks;
import dev.seawall.archive.Replica;
import dev.seawall.io.objects.ObjectInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What stands in the replica and is not merged yet: listed once, then kept by what we do
/// ourselves, so that nothing is listed while nothing happens. What is merged is forgotten, but for
/// the newest link of each level. Thread-safe.
final class ReplicaIndex {
  private final Replica replica;
  // All guarded by this. By level, then by first number.
  private final List<NavigableMap<Long, Link>> levels = new ArrayList<>();
  private final Map<Link, LinkMarks> marks = new HashMap<>();
  private boolean listed;

  ReplicaIndex(Replica replica) {
    this.replica = replica;
    for (int level = 0; level <= LinkLayout.MAX_LEVEL; level++) {
      levels.add(new TreeMap<>());
    }
  }

  /// Lists the replica, unless that was done. Blocks.
  void list() throws IOException {
    synchronized (this) {
      if (listed) {
        return;
      }
    }
    Chain chain = Chain.list(replica);
    synchronized (this) {
      chain.links().forEach(link -> levels.get(link.level()).putIfAbsent(link.first(), link));
      for (int level = 1; level < LinkLayout.MAX_LEVEL; level++) {
        forgetMerged(level);
      }
      listed = true;
    }
  }

  /// Forgets everything; the next merge lists again.
  synchronized void forget() {
    listed = false;
    levels.forEach(Map::clear);
    marks.clear();
  }

  /// A link of ours is there.
  synchronized void add(int level, ObjectInfo object, LinkMarks its) {
    Link link = replica.layout().parse(level, object);
    if (link != null) {
      marks.remove(levels.get(level).put(link.first(), link));
      marks.put(link, its);
      if (level > 0) {
        forgetMerged(level);
      }
    }
  }

  private void forgetMerged(int level) {
    Map.Entry<Long, Link> newest = levels.get(level).lastEntry();
    NavigableMap<Long, Link> below = levels.get(level - 1);
    while (newest != null
        && below.size() > 1
        && below.firstEntry().getValue().last() <= newest.getValue().last()) {
      marks.remove(below.pollFirstEntry().getValue());
    }
  }

  /// Returns the links of the level below that `level` does not have yet, contiguous, oldest first.
  synchronized List<Link> toMerge(int level, int most) {
    Map.Entry<Long, Link> newest = levels.get(level).lastEntry();
    long from = newest == null ? 1 : newest.getValue().last() + 1;
    List<Link> found = new ArrayList<>();
    for (Link link : levels.get(level - 1).tailMap(from).values()) {
      boolean follows = found.isEmpty() || link.first() == found.getLast().last() + 1;
      if (!follows || found.size() == most) {
        break;
      }
      found.add(link);
    }
    return found;
  }

  /// Returns what a link's metadata say; asks the replica when it is not known. Blocks.
  ///
  /// @return null when the link is gone, or void
  @Nullable LinkMarks marks(Link link, Epochs epochs) throws IOException {
    LinkMarks known;
    synchronized (this) {
      known = marks.get(link);
    }
    if (known == null) {
      ObjectInfo info = replica.head(link.key());
      if (info == null) {
        return null;
      }
      known = LinkMarks.of(info.metadata());
      synchronized (this) {
        marks.put(link, known);
      }
    }
    return epochs.voiding(link, known) == null ? known : null;
  }
}
