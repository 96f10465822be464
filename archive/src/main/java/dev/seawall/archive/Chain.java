// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.objects.ObjectInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// The links of one replica at one moment: names only. Immutable.
///
/// Links of different levels overlap: a merged link covers what its inputs cover, for as long as
/// they are kept.
public final class Chain {
  /// By first number, then by last, then by level.
  static final Comparator<Link> ORDER =
      Comparator.comparingLong(Link::first)
          .thenComparingLong(Link::last)
          .thenComparingInt(Link::level);

  private final List<Link> links;

  private Chain(List<Link> links) {
    this.links = List.copyOf(links);
  }

  /// Returns the chain of those links.
  public static Chain of(Collection<Link> links) {
    return new Chain(links.stream().sorted(ORDER).toList());
  }

  /// Lists all levels of a replica. Objects whose names are no links are left out.
  public static Chain list(Replica replica) throws IOException {
    List<Link> found = new ArrayList<>();
    // From the top: a link that is merged and removed while this runs is then seen twice, not
    // never.
    for (int level = 0; level <= LinkLayout.MAX_LEVEL; level++) {
      for (ObjectInfo object : replica.listAll(replica.layout().levelPrefix(level), null)) {
        Link link = replica.layout().parse(level, object);
        if (link != null) {
          found.add(link);
        }
      }
    }
    return of(found);
  }

  /// Returns the links in order of their first numbers.
  public List<Link> links() {
    return links;
  }

  /// Returns the links of one level, in order.
  public List<Link> level(int level) {
    return links.stream().filter(link -> link.level() == level).toList();
  }

  /// Returns whether there are none.
  public boolean isEmpty() {
    return links.isEmpty();
  }

  /// Returns the link that reaches farthest; of several the one of the lowest level.
  ///
  /// @throws IllegalStateException when there is none
  public Link newest() {
    return links.stream()
        .max(Comparator.comparingLong(Link::last).thenComparingInt(link -> -link.level()))
        .orElseThrow(() -> new IllegalStateException("the chain is empty"));
  }

  /// Returns the sum of the lengths of all links, in bytes.
  public long bytes() {
    return links.stream().mapToLong(Link::bytes).sum();
  }

  /// Returns this chain without some links.
  public Chain without(Collection<Link> excluded) {
    return new Chain(links.stream().filter(link -> !excluded.contains(link)).toList());
  }
}
