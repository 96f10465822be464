// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Link;
import dev.seawall.archive.LinkStore;
import dev.seawall.archive.StoredLink;
import dev.seawall.io.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Links of a plan that the local queue still has: read here, not fetched. Confined to one restore.
///
/// A number proves nothing: another machine may have written other links of the same numbers. But
/// the hash chain after one link stands for every link before it, so one look at the newest one
/// proves them all.
final class LocalLinks {
  private final Machine machine;
  private final Map<Long, StoredLink> proved = new HashMap<>();

  private LocalLinks(Machine machine) {
    this.machine = machine;
  }

  /// Finds them.
  ///
  /// @param spool directory of the local queue; null for none
  static LocalLinks of(Machine machine, @Nullable Path spool, List<Link> plan, VoidLinks replica)
      throws IOException {
    LocalLinks links = new LocalLinks(machine);
    if (spool == null) {
      return links;
    }
    Map<Long, StoredLink> local = new HashMap<>();
    for (StoredLink link : LinkStore.read(machine, spool)) {
      if (link.first() == link.last()) {
        local.put(link.last(), link);
      }
    }
    for (Link file : plan.reversed()) {
      StoredLink newest = here(local, file);
      if (newest != null) {
        if (replica.post(file).equals(newest.post())) {
          links.prove(local, newest);
        }
        break;
      }
    }
    return links;
  }

  private static @Nullable StoredLink here(Map<Long, StoredLink> links, Link file) {
    boolean single = file.level() == 0 && file.first() == file.last();
    return single ? links.get(file.last()) : null;
  }

  private void prove(Map<Long, StoredLink> local, StoredLink newest) {
    StoredLink link = newest;
    while (link != null) {
      proved.put(link.last(), link);
      StoredLink before = local.get(link.first() - 1);
      link = before != null && before.post().equals(link.pre()) ? before : null;
    }
  }

  /// Opens a file of the plan here; its hash is checked while it is read.
  ///
  /// @return null when it must be fetched
  @Nullable InputStream open(Link file) throws IOException {
    StoredLink link = here(proved, file);
    return link == null || link.bytes() != file.bytes()
        ? null
        : LinkStore.content(machine, link).open();
  }

  /// Returns how many links need not be fetched.
  int size() {
    return proved.size();
  }
}
