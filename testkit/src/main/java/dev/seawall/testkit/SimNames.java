// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The directories of a simulated disk: names as they are seen, names as they are durable, and what
/// lies between.
///
/// Every creation, rename and removal is pending until a sync of its directory. At loss of power
/// each pending one survives by its own coin, except that changes of one name keep their order: one
/// that stands on a lost one is lost too. A rename is one change of both names; between two
/// directories the removal of the old name never survives without the new name. Directories
/// themselves are durable at once, as the contract of `createDirectories` has it.
final class SimNames {
  /// One directory.
  static final class Directory {
    private final Path path;
    private Map<String, SimInode> cached = new LinkedHashMap<>();
    private final Map<String, SimInode> durable = new LinkedHashMap<>();

    Directory(Path path) {
      this.path = path;
    }

    Path path() {
      return path;
    }

    @Nullable SimInode get(String name) {
      return cached.get(name);
    }

    Map<String, SimInode> entries() {
      return cached;
    }
  }

  private record Key(Directory directory, String name) {}

  /// A change that is not durable yet: `removed` (if any) goes, `added` (if any) stands for
  /// `inode`.
  private record Change(
      @Nullable Key removed, @Nullable Key added, SimInode inode, @Nullable Change needs) {
    void harden() {
      if (removed != null) {
        removed.directory.durable.remove(removed.name);
      }
      if (added != null) {
        added.directory.durable.put(added.name, inode);
      }
    }

    boolean isIn(Directory directory) {
      return (removed != null && removed.directory == directory)
          || (added != null && added.directory == directory);
    }

    boolean touches(Set<Key> keys) {
      return (removed != null && keys.contains(removed)) || (added != null && keys.contains(added));
    }

    void addKeys(Set<Key> keys) {
      if (removed != null) {
        keys.add(removed);
      }
      if (added != null) {
        keys.add(added);
      }
    }
  }

  private final Map<Path, Directory> directories = new LinkedHashMap<>();
  private final List<Change> pending = new ArrayList<>();

  @Nullable Directory directory(Path path) {
    return directories.get(path);
  }

  Iterable<Directory> directories() {
    return directories.values();
  }

  int pendingChanges() {
    return pending.size();
  }

  void addDirectory(Path path) {
    directories.putIfAbsent(path, new Directory(path));
  }

  void removeDirectory(Directory directory) {
    directories.remove(directory.path);
    pending.removeIf(change -> change.isIn(directory));
  }

  void create(Directory directory, String name, SimInode inode) {
    directory.cached.put(name, inode);
    inode.links++;
    pending.add(new Change(null, new Key(directory, name), inode, null));
  }

  void delete(Directory directory, String name, SimInode inode) {
    directory.cached.remove(name);
    inode.links--;
    pending.add(new Change(new Key(directory, name), null, inode, null));
  }

  void rename(Directory from, String fromName, Directory to, String toName, SimInode inode) {
    SimInode replaced = to.cached.get(toName);
    if (replaced == inode) {
      return;
    }
    if (replaced != null) {
      replaced.links--;
    }
    from.cached.remove(fromName);
    to.cached.put(toName, inode);
    Key removed = new Key(from, fromName);
    Key added = new Key(to, toName);
    if (from == to) {
      pending.add(new Change(removed, added, inode, null));
    } else {
      Change link = new Change(null, added, inode, null);
      pending.add(link);
      pending.add(new Change(removed, null, inode, link));
    }
  }

  /// Makes the names of a directory durable.
  void sync(Directory directory) {
    if (pending.isEmpty()) {
      return;
    }
    // What is covered takes with it everything that it stands on, or an older change could undo it
    // later.
    Set<Change> covered = identitySet();
    Set<Key> keys = new HashSet<>();
    for (int i = pending.size() - 1; i >= 0; i--) {
      Change change = pending.get(i);
      if (change.isIn(directory) || covered.contains(change) || change.touches(keys)) {
        covered.add(change);
        change.addKeys(keys);
        if (change.needs != null) {
          covered.add(change.needs);
        }
      }
    }
    if (covered.isEmpty()) {
      return;
    }
    List<Change> rest = new ArrayList<>();
    for (Change change : pending) {
      if (covered.contains(change)) {
        change.harden();
      } else {
        rest.add(change);
      }
    }
    pending.clear();
    pending.addAll(rest);
  }

  /// Loses the cache: each pending change survives by coin.
  void losePower(Odds odds) {
    Set<Key> lost = new HashSet<>();
    Set<Change> dead = identitySet();
    for (Change change : pending) {
      boolean standsOnLost =
          change.touches(lost) || (change.needs != null && dead.contains(change.needs));
      if (!standsOnLost && odds.survives()) {
        change.harden();
      } else {
        dead.add(change);
        change.addKeys(lost);
      }
    }
    pending.clear();
    for (Directory directory : directories.values()) {
      for (SimInode inode : directory.cached.values()) {
        inode.links = 0;
      }
      for (SimInode inode : directory.durable.values()) {
        inode.links = 0;
      }
    }
    for (Directory directory : directories.values()) {
      directory.cached = new LinkedHashMap<>(directory.durable);
      for (SimInode inode : directory.durable.values()) {
        inode.links++;
      }
    }
  }

  private static Set<Change> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }
}
