// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Epochs;
import dev.seawall.archive.Epochs.Epoch;
import dev.seawall.archive.Link;
import dev.seawall.archive.LinkMarks;
import dev.seawall.archive.Replica;
import dev.seawall.io.objects.ObjectInfo;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the files of a replica that an owner wrote after it had lost it. Confined to one restore.
///
/// A file's epoch is in its metadata, which come with its first bytes: nothing is asked for that is
/// not fetched anyway, but the ownerships themselves, which are read when they are first needed.
final class VoidLinks {
  private final Replica replica;
  private final Collection<ObjectInfo> listed;
  private @Nullable Epochs epochs;

  /// @param listed what the replica's listing has of ownerships, whatever else it has
  VoidLinks(Replica replica, Collection<ObjectInfo> listed) {
    this.replica = replica;
    this.listed = listed;
  }

  /// Reads the ownerships of the replica, unless that was done; one that Litestream wrote has none.
  Epochs epochs() throws IOException {
    Epochs known = epochs;
    if (known == null) {
      known = Epochs.read(replica, listed);
      epochs = known;
    }
    return known;
  }

  /// Refuses a file, if its metadata say so.
  ///
  /// @throws VoidLinkException when it is void
  void requireValid(Link file, Map<String, String> metadata) throws IOException {
    Epoch newer = epochs().voiding(file, LinkMarks.of(metadata));
    if (newer != null) {
      throw new VoidLinkException(
          file, newer.owner() + " (epoch " + newer.number() + ") began at " + newer.first());
    }
  }

  /// Returns the files that are void, by looking at each one that can be. One request each.
  Set<Link> among(Collection<Link> files) throws IOException {
    Set<Link> found = new HashSet<>();
    for (Link file : files) {
      if (epochs().mayVoid(file)) {
        ObjectInfo info = replica.head(file.key());
        if (info != null && epochs().voiding(file, LinkMarks.of(info.metadata())) != null) {
          found.add(file);
        }
      }
    }
    return found;
  }

  /// Returns the hash chain after a file; empty when it has none.
  String post(Link file) throws IOException {
    ObjectInfo info = replica.head(file.key());
    String post = info == null ? null : LinkMarks.of(info.metadata()).post();
    return post == null ? "" : post;
  }
}
