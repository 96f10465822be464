// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal.directory;

import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lists the objects below a directory in the order of keys. Confined to one thread.
public final class DirectoryWalk {
  private final FileSystem files;
  private final String prefix;
  private final @Nullable String after;
  private final int limit;
  private final List<ObjectInfo> found = new ArrayList<>();

  private DirectoryWalk(FileSystem files, String prefix, @Nullable String after, int limit) {
    this.files = files;
    this.prefix = prefix;
    this.after = after;
    this.limit = limit;
  }

  /// Returns up to `limit` objects below `root` whose keys begin with `prefix` and follow `after`.
  public static List<ObjectInfo> list(
      FileSystem files, Path root, String prefix, @Nullable String after, int limit)
      throws StorageException {
    DirectoryWalk walk = new DirectoryWalk(files, prefix, after, limit);
    walk.visit(root, "");
    return walk.found;
  }

  private record Entry(String sortKey, Path path, FileStatus status) {}

  private void visit(Path directory, String before) throws StorageException {
    List<Entry> entries = new ArrayList<>();
    for (String name : files.list(directory)) {
      if (name.equals(PrivateFiles.NAME) || !mayMatter(before + name)) {
        continue;
      }
      Path path = directory.resolve(name);
      FileStatus status = files.status(path);
      if (status.isFile()) {
        entries.add(new Entry(before + name, path, status));
      } else if (status.kind() == FileStatus.Kind.DIRECTORY) {
        // A directory sorts as its keys do: "a/x" comes after "a.b".
        entries.add(new Entry(before + name + "/", path, status));
      }
    }
    entries.sort((a, b) -> ObjectKey.compare(a.sortKey(), b.sortKey()));
    for (Entry entry : entries) {
      if (found.size() == limit) {
        return;
      }
      if (entry.status().isFile()) {
        add(entry);
      } else if (!isBehind(entry.sortKey())) {
        visit(entry.path(), entry.sortKey());
      }
    }
  }

  private void add(Entry entry) {
    String key = entry.sortKey();
    boolean follows = after == null || ObjectKey.compare(key, after) > 0;
    if (key.startsWith(prefix) && follows && ObjectKey.isValid(key)) {
      found.add(new ObjectInfo(ObjectKey.of(key), entry.status().bytes(), null, null, Map.of()));
    }
  }

  /// Whether a name, or something below it, can begin with the prefix.
  private boolean mayMatter(String name) {
    return name.startsWith(prefix) || prefix.startsWith(name);
  }

  /// Whether everything below a directory comes before what is asked for.
  private boolean isBehind(String directory) {
    return after != null && !after.startsWith(directory) && ObjectKey.compare(directory, after) < 0;
  }
}
