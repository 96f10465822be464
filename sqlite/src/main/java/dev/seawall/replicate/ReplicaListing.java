// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Link;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.Replica;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.ltx.LtxName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What stands below a replica's path, sorted by what it is. Immutable.
///
/// Keys that are nothing of ours are left alone: other replicas, leases, what people put there.
final class ReplicaListing {
  private final List<Link> files = new ArrayList<>();
  private final List<GenerationObject> generations = new ArrayList<>();
  private final List<ObjectInfo> others = new ArrayList<>();

  private ReplicaListing() {}

  /// Lists a replica, whatever its layout: one listing, and four more when there are many objects.
  /// What people put there may be a lot, so that not all of it is listed.
  static ReplicaListing of(Replica replica) throws IOException {
    String root = replica.layout().path();
    ReplicaListing listing = new ReplicaListing();
    int most = ObjectStore.MAX_LISTED;
    List<ObjectInfo> all = replica.retrier().call(() -> replica.store().list(root, null, most));
    if (all.size() == most) {
      all = new ArrayList<>();
      for (String each : List.of("ltx/", "000", "generations/")) {
        all.addAll(replica.listAll(root + each, null));
      }
      all.addAll(replica.listAll(replica.layout().epochPrefix(), null));
    }
    for (ObjectInfo object : all) {
      listing.sort(object, root);
    }
    return listing;
  }

  private void sort(ObjectInfo object, String root) {
    String key = object.key().text();
    if (key.startsWith(root + "ltx/")) {
      add(object, root + "ltx/", 1, 10);
    } else if (key.startsWith(root + "000")) {
      add(object, root, 4, 16);
    } else if (key.startsWith(root + "generations/")) {
      GenerationObject.parse(object, root + "generations/").ifPresent(generations::add);
    } else {
      others.add(object);
    }
  }

  private void add(ObjectInfo object, String prefix, int digits, int radix) {
    String rest = object.key().text().substring(prefix.length());
    if (rest.length() < digits + 1 || rest.charAt(digits) != '/') {
      return;
    }
    int level = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(rest.charAt(i), radix);
      if (digit < 0) {
        return;
      }
      level = level * radix + digit;
    }
    Optional<LtxName> name = LtxName.parse(rest.substring(digits + 1));
    if (level <= LinkLayout.MAX_LEVEL && name.isPresent()) {
      files.add(
          new Link(
              level,
              name.get().minTxid(),
              name.get().maxTxid(),
              object.bytes(),
              object.key(),
              object.modified()));
    }
  }

  /// Returns the LTX files, in no particular order.
  List<Link> files() {
    return files;
  }

  /// Returns the objects of Litestream 0.3, in no particular order.
  List<GenerationObject> generations() {
    return generations;
  }

  /// Returns what is neither: ownerships are among them.
  List<ObjectInfo> others() {
    return others;
  }
}
