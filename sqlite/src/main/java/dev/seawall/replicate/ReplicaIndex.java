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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What stands in the replica, as far as merging needs it: listed once, then kept by what we do
/// ourselves, so that nothing is listed while nothing happens. Thread-safe.
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
  synchronized void add(int level, ObjectInfo object, LinkMarks its, long nowMillis) {
    Link found = replica.layout().parse(level, object);
    if (found != null) {
      Link link =
          new Link(
              level,
              found.first(),
              found.last(),
              found.bytes(),
              found.key(),
              Instant.ofEpochMilli(nowMillis));
      Link before = levels.get(level).put(link.first(), link);
      marks.remove(before);
      marks.put(link, its);
    }
  }

  synchronized void remove(Collection<Link> gone) {
    for (Link link : gone) {
      levels.get(link.level()).remove(link.first());
      marks.remove(link);
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

  /// Returns all links.
  synchronized Chain chain() {
    List<Link> all = new ArrayList<>();
    levels.forEach(level -> all.addAll(level.values()));
    return Chain.of(all);
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
