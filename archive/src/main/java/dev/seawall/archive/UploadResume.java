// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.objects.ObjectInfo;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Finds out which links of the queue are in the replica already, and that nobody else's are.
/// Confined to one call.
final class UploadResume {
  private final Replica replica;
  private final LinkStore links;
  private final Fence fence;

  UploadResume(Replica replica, LinkStore links, Fence fence) {
    this.replica = replica;
    this.links = links;
    this.fence = fence;
  }

  /// Returns the last number that is in the replica; null when there is nothing.
  ///
  /// @throws ForeignWriterException when somebody else has gone on
  /// @throws ChainDamagedException when the replica has lost what it had
  @Nullable Long run() throws IOException {
    fence.learn(replica);
    ChainEnd shipped = links.shipped();
    if (shipped == null) {
      requireBeginning();
    } else {
      requireStillThere(shipped);
    }
    Long last = shipped == null ? null : shipped.last();
    for (StoredLink link : links.pending(Integer.MAX_VALUE)) {
      ObjectInfo found = replica.head(replica.layout().key(0, link.first(), link.last()));
      if (found == null
          || !link.sha256().equals(found.sha256())
          || fence.epochs().voiding(link.last(), LinkMarks.of(found.metadata())) != null) {
        // Absent, void or somebody else's: publishing will tell, by its condition.
        break;
      }
      last = link.last();
    }
    requireNobodyWentOn(last);
    return last;
  }

  /// Nothing is known here: then there is nothing there, or exactly what our first link follows.
  private void requireBeginning() throws IOException {
    StoredLink first = links.pending(1).getFirst();
    ObjectInfo found = replica.head(replica.layout().key(0, first.first(), first.last()));
    if (found != null && first.sha256().equals(found.sha256())) {
      return;
    }
    ChainEnd end = replica.end(fence.epochs());
    if (end == null && first.kind() == LinkKind.BASE) {
      return;
    }
    if (end != null && end.last() == first.first() - 1 && end.post().equals(first.pre())) {
      return;
    }
    throw new ForeignWriterException(
        replica.describe()
            + (end == null ? " is empty" : " ends at " + end.last())
            + ", and the first link waiting in "
            + links.directory()
            + " is "
            + first.range()
            + ", which does not follow; restore from the replica, or use another name for it");
  }

  private void requireStillThere(ChainEnd shipped) throws IOException {
    ObjectInfo found = replica.head(replica.layout().key(0, shipped.first(), shipped.last()));
    if (found != null) {
      String post = LinkMarks.of(found.metadata()).post();
      boolean unmarked = post == null && shipped.post().equals(ChainHash.GENESIS);
      if (!unmarked && !shipped.post().equals(post)) {
        throw new ForeignWriterException(
            "link "
                + found.key()
                + " in "
                + replica.describe()
                + " is not the one that was shipped from "
                + links.directory());
      }
      return;
    }
    // Merged and removed, if the newest links say the same of the chain.
    ChainEnd end = replica.end(fence.epochs());
    if (end == null || end.last() < shipped.last()) {
      throw new ChainDamagedException(
          replica.describe()
              + " ends at "
              + (end == null ? 0 : end.last())
              + " and had links up"
              + " to "
              + shipped.last()
              + "; take a new base, after finding out who removed them");
    }
  }

  private void requireNobodyWentOn(@Nullable Long last) throws IOException {
    long known = last == null ? 0 : last;
    for (ObjectInfo object : replica.listAll(replica.layout().levelPrefix(0), after(known))) {
      Link link = replica.layout().parse(0, object);
      if (link == null || link.last() <= known) {
        continue;
      }
      ObjectInfo info = replica.head(link.key());
      if (info == null) {
        continue;
      }
      LinkMarks marks = LinkMarks.of(info.metadata());
      boolean ours =
          links.pending(Integer.MAX_VALUE).stream()
              .anyMatch(each -> each.sha256().equals(marks.sha256()));
      if (!ours && fence.epochs().voiding(link, marks) == null) {
        throw new ForeignWriterException(
            "link "
                + link.key()
                + " in "
                + replica.describe()
                + " goes beyond "
                + known
                + " and was not written by us but by "
                + describe(marks));
      }
    }
  }

  private String after(long known) {
    return replica.layout().levelPrefix(0) + "%016x".formatted(known);
  }

  static String describe(LinkMarks marks) {
    return marks.writer() == null
        ? "another program"
        : "writer " + marks.writer() + " of epoch " + marks.epoch();
  }
}
